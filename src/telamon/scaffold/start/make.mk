# Written by `telamon init`, and yours from here on: the database's commands. DB_ENV=prod works on another environment.
TELAMON ?= telamon
DB_ENV ?=
db-flags =%{flags} $(if $(DB_ENV),--env "$(DB_ENV)")

.PHONY: db-generate db-validate db-lint db-apply db-status db-reset db-seed

# NAME reaches the shell as a variable, so that it needs no quoting here; one that some shells set is not meant.
export NAME
db-generate: ## NAME=what_changed: write the migration that leads to the desired schema
	@test "$(origin NAME)" = "command line" -a -n "$$NAME" || { echo "Which name? make db-generate NAME=add_users" >&2; exit 2; }
	$(TELAMON) migrate diff "$$NAME" $(db-flags)

db-validate: ## the directory is sealed, in order, and replays
	$(TELAMON) migrate validate $(db-flags)

db-lint: ## what the last migration may do to a live database; LATEST=3 for the last three
	$(TELAMON) migrate lint --latest $(or $(LATEST),1) $(db-flags)

db-apply: ## run pending migrations
	$(TELAMON) migrate apply --wait-for-database 30s $(db-flags)

db-status: ## what is applied, what is pending
	$(TELAMON) migrate status $(db-flags)

db-reset: ## drop everything, migrate, seed. Asks; YES=1 answers
	$(TELAMON) schema clean $(if $(filter 1,$(YES)),--auto-approve) $(db-flags)
	$(TELAMON) migrate apply $(db-flags)
	$(TELAMON) seed apply $(db-flags)

db-seed: ## load what changed in seeds/
	$(TELAMON) seed apply $(db-flags)
