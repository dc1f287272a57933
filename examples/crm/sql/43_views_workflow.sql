CREATE VIEW workflow.inbox WITH (security_invoker = true) AS
SELECT t.id, t.title, t.due_at, t.status, t.team_id, t.assignee_id, d.code AS workflow, i.subject_id, i.state
FROM workflow.tasks AS t
JOIN workflow.instances AS i ON i.id = t.instance_id
JOIN workflow.definitions AS d ON d.id = i.definition_id
WHERE t.status IN ('open', 'claimed');
