PRAGMA application_id = 1416975471;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE derived (
    fold TEXT NOT NULL,
    key TEXT NOT NULL,
    row TEXT NOT NULL,
    PRIMARY KEY (fold, key)
) STRICT, WITHOUT ROWID;
INSERT INTO "derived" VALUES('card','e1','{"item":"e1","memory":{"stability":2.3065,"difficulty":2.118103970459016,"last":"2026-02-04","due":"2026-02-06","reps":1,"lapses":0},"rating":"good","results":["01KGMP3J0152KA50GWJWKAVXYK"]}');
INSERT INTO "derived" VALUES('card','q1','{"item":"q1","memory":{"stability":1.2931,"difficulty":5.112170705601056,"last":"2026-02-03","due":"2026-02-04","reps":1,"lapses":0},"rating":"hard","results":["01KGHNZCG04YK5VDAHPH8K90MM"]}');
INSERT INTO "derived" VALUES('day','2026-02-02','{"day":"2026-02-02","steps":1,"at_ms":1770044400000}');
INSERT INTO "derived" VALUES('day','2026-02-03','{"day":"2026-02-03","answers":1,"at_ms":1770120000000,"sure":{"90":[1,0]}}');
INSERT INTO "derived" VALUES('day','2026-02-04','{"day":"2026-02-04","answers":1,"right":1,"at_ms":1770220800000}');
INSERT INTO "derived" VALUES('day','2026-02-05','{"day":"2026-02-05","at_ms":1770296400000}');
INSERT INTO "derived" VALUES('item','e1','{"item":"e1","attempts":1,"right":1,"passed":true,"last_outcome":"passed","last_day":"2026-02-04","last_event":"01KGMP3J0152KA50GWJWKAVXYK","last_draft":"01KGMP3J00Q8YQJ1NAPB79WAWN"}');
INSERT INTO "derived" VALUES('item','q1','{"item":"q1","attempts":1,"wrong":1,"last_outcome":"wrong","last_day":"2026-02-03","misconceptions":{"wrong-idea":{"times":1,"first":"2026-02-03","last":"2026-02-03","event":"01KGHNZCG04YK5VDAHPH8K90MM"}},"last_event":"01KGHNZCG04YK5VDAHPH8K90MM"}');
INSERT INTO "derived" VALUES('seen','lesson.one','{"steps":["first"]}');
CREATE TABLE draft (
    item TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    cursor_row INTEGER NOT NULL,
    cursor_column INTEGER NOT NULL,
    output TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "draft" VALUES('e1','def f(x):
    return x
',1,4,'',1770195600000);
CREATE TABLE event (
    id TEXT PRIMARY KEY,
    device TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    v INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    tz_min INTEGER NOT NULL,
    day TEXT NOT NULL,
    item TEXT NOT NULL,
    item_rev INTEGER NOT NULL,
    body TEXT NOT NULL,
    crc INTEGER NOT NULL
) STRICT;
INSERT INTO "event" VALUES('01KGFDW8C0XKPFFEY9NM0NP1S0','00cff3310a18',1,'step',1,1770044400000,0,'2026-02-02','lesson.one',1,'{"step":"first"}',3592452786);
INSERT INTO "event" VALUES('01KGHNZCG04YK5VDAHPH8K90MM','00cff3310a18',2,'answer',1,1770120000000,0,'2026-02-03','q1',1,'{"given":"a","misconception":"wrong-idea","ms":5000,"right":false,"sure":0.9}',3039095549);
INSERT INTO "event" VALUES('01KGMP3J00Q8YQJ1NAPB79WAWN','00cff3310a18',3,'draft',1,1770220800000,0,'2026-02-04','e1',1,'{"cursor":[1,4],"text":"def f(x):\n    return x\n"}',2381216202);
INSERT INTO "event" VALUES('01KGMP3J0152KA50GWJWKAVXYK','00cff3310a18',4,'attempt',1,1770220800000,0,'2026-02-04','e1',1,'{"ms":30,"outcome":"passed"}',3719028356);
INSERT INTO "event" VALUES('01KGPY6P40RW5SHS7V31SXT3YM','00cff3310a18',5,'review',1,1770296400000,0,'2026-02-05','q1',1,'{"of":"01KGHNZCG04YK5VDAHPH8K90MM","rating":"hard"}',2454620996);
INSERT INTO "event" VALUES('01KGS69T806R2JVM6AB03YTKZX','00cff3310a18',6,'answer',1,1770372000000,0,'2026-02-06','q1',1,'{"given":"b","ms":4000,"right":true}',218128332);
INSERT INTO "event" VALUES('01KGVECYC0MY3JSPYN2TJ9EWDY','00cff3310a18',7,'undo',1,1770447600000,0,'2026-02-07','q1',1,'{"event":"01KGS69T806R2JVM6AB03YTKZX"}',1945921035);
INSERT INTO "event" VALUES('01KGXPG2G0BW5VB8XC8QCEMHR4','00cff3310a18',8,'a-kind-of-the-future',1,1770523200000,0,'2026-02-08','q1',1,'{"anything":[1,2,{"deep":null}]}',690906772);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('device','00cff3310a18');
INSERT INTO "meta" VALUES('folds','{"card":1,"day":1,"item":1,"seen":1}');
INSERT INTO "meta" VALUES('mirrored','[8,1881]');
INSERT INTO "meta" VALUES('seat','99862d6c1523fb6a');
CREATE INDEX event_by_device ON event (device, seq);
CREATE INDEX event_by_item ON event (item, id);
CREATE INDEX event_by_day ON event (day, id);
CREATE INDEX event_by_kind ON event (kind, id);
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER event_is_never_replaced BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'events are never replaced'); END;
COMMIT;
