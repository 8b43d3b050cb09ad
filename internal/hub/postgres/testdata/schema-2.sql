-- A hub's database as schema 2 had it, behind schema/0001.sql and 0002.sql: of a source that was taken in, of which an
-- item has gone and another is missing, and of one that is loaded over what was held.
INSERT INTO hub (epoch, instance, head) VALUES ('oldepoch', '00000000-0000-4000-8000-000000000002', 5);
INSERT INTO runs (id, upto) VALUES ('oldrun1', 2), ('oldrun2', NULL);
INSERT INTO moments VALUES (2, now() - interval '2 days'), (5, now() - interval '1 day');
INSERT INTO catalogs (source, instance, cursor, loading, renewing) VALUES
	('attic', 'i1', 'attic-5', false, false), ('cellar', 'i2', 'cellar-1', true, true);
INSERT INTO arrived VALUES ((2::bigint << 40) + 1);
INSERT INTO poison (id, reason, item) VALUES ((1::bigint << 40) + 9, 'its path is odd', '{}');
INSERT INTO roots (source, name, said) VALUES ('attic', 'films', '{"name":"films","kind":"local","state":"online"}');
INSERT INTO items (id, seq, filter_seq, gone, what, root, path, kind, state, analysis, size, modified, added, fingerprint,
	doc, digest, title, year, facts) VALUES
	((1::bigint << 40) + 1, 1, 0, false, 1, 'attic~films', 'a', 'movie', 0, 1, 10, 0, 0, 77, '{"title":"A"}', '\x01', 'a', 1999,
		'{genre=drama}'),
	((1::bigint << 40) + 2, 4, 0, false, 2, 'attic~films', 'b', 'movie', 1, 1, 20, 0, 0, NULL, '{"title":"B"}', '\x02', 'b', NULL,
		'{}'),
	((1::bigint << 40) + 3, 5, 5, true, 2, 'attic~films', 'c', 'movie', 0, 1, 30, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL),
	((2::bigint << 40) + 1, 2, 0, false, 1, 'cellar~films', 'd', 'movie', 0, 1, 10, 0, 0, 77, '{"title":"D"}', '\x03', 'd', 2001,
		'{genre=drama}'),
	((2::bigint << 40) + 2, 3, 0, false, 1, 'cellar~films', 'e', 'other', 0, 3, 0, 0, 0, NULL, NULL, '\x04', 'e', NULL, '{}');
