"""招商引资 CRM. Kept empty so that `import crm.dedup` loads no web framework."""
