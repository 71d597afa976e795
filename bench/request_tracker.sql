-- The rows of `came`, as Request Tracker 5 keeps them: four role groups a ticket, the
-- owner a member, ten transactions with what was written.
CREATE TEMP VIEW me AS SELECT id FROM Users WHERE Name = 'root';
CREATE TEMP TABLE queue_of AS
    SELECT n AS region, nextval('queues_id_seq')::int AS id,
           (ARRAY['河北省', '山东省', '江苏省', '广东省', '四川省', '浙江省'])[n] AS name
    FROM generate_series(1, 6) AS n;
INSERT INTO Queues (id, Name, Description, Lifecycle, Creator, LastUpdatedBy)
    SELECT id, name, name, 'default', 1, 1 FROM queue_of;
CREATE TEMP TABLE role_of AS
    SELECT nextval('principals_id_seq')::int AS id, role, domain, instance,
           nextval('cachedgroupmembers_id_seq')::int AS itself
    FROM (SELECT role, 'RT::Ticket-Role' AS domain, n AS instance
          FROM came CROSS JOIN unnest(ARRAY['Owner', 'Requestor', 'Cc', 'AdminCc']) role
          UNION ALL
          SELECT role, 'RT::Queue-Role', id
          FROM queue_of CROSS JOIN unnest(ARRAY['Owner', 'Requestor', 'Cc', 'AdminCc']) role
         ) AS every;
INSERT INTO Principals (id, PrincipalType) SELECT id, 'Group' FROM role_of;
INSERT INTO Groups (id, Name, Domain, Instance, Creator, LastUpdatedBy)
    SELECT id, role, domain, instance, 1, 1 FROM role_of;
INSERT INTO GroupMembers (GroupId, MemberId)
    SELECT role_of.id, me.id FROM role_of CROSS JOIN me
    WHERE role IN ('Owner', 'Requestor') AND domain = 'RT::Ticket-Role';
INSERT INTO CachedGroupMembers (id, GroupId, MemberId, Via, ImmediateParentId)
    SELECT itself, id, id, itself, id FROM role_of;
INSERT INTO CachedGroupMembers (GroupId, MemberId, Via, ImmediateParentId)
    SELECT role_of.id, me.id, itself, role_of.id FROM role_of CROSS JOIN me
    WHERE role IN ('Owner', 'Requestor') AND domain = 'RT::Ticket-Role';
INSERT INTO Tickets (id, EffectiveId, Queue, Type, Owner, Subject, Priority, Status,
                     Started, Resolved, LastUpdatedBy, LastUpdated, Creator, Created)
    SELECT n, n, queue_of.id, 'ticket', me.id, title, priority,
           CASE WHEN is_open THEN 'open' ELSE 'resolved' END,
           at, CASE WHEN NOT is_open THEN at + interval '3 hours' END,
           me.id, at, me.id, at
    FROM came JOIN queue_of USING (region) CROSS JOIN me ORDER BY n;
SELECT setval('tickets_id_seq', (SELECT max(id) FROM Tickets));
CREATE TEMP TABLE entry AS
    SELECT nextval('transactions_id_seq') AS id, n, place, at,
           CASE WHEN place = 0 THEN described ELSE title END AS said, title
    FROM came CROSS JOIN generate_series(0, 9) AS place ORDER BY n, place;
INSERT INTO Transactions (id, ObjectType, ObjectId, Type, Creator, Created)
    SELECT entry.id, 'RT::Ticket', n,
           CASE WHEN place = 0 THEN 'Create' ELSE 'Comment' END, me.id, at
    FROM entry CROSS JOIN me ORDER BY entry.id;
INSERT INTO Attachments (TransactionId, Parent, Subject, ContentType, ContentEncoding,
                         Content, Headers, Creator, Created)
    SELECT entry.id, 0, title, 'text/plain', 'none', said,
           E'Content-Type: text/plain; charset="utf-8"\n', me.id, at
    FROM entry CROSS JOIN me ORDER BY entry.id;
INSERT INTO AttachmentsIndex (id, ContentIndex)
    SELECT id, to_tsvector(Content) FROM Attachments
    WHERE TransactionId IN (SELECT id FROM entry);
VACUUM ANALYZE
