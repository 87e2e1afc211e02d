/** The alarms that stand in each store, so that a list of 3,000 stores can count them without reading facts. */
export const storeAlarms = `
-- since: by the store's clock. acknowledged_at: somebody in the store is on it.
CREATE TABLE store_alarm (
	store text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, level text NOT NULL, code text NOT NULL, subject text NOT NULL,
	since text NOT NULL, acknowledged_at text, PRIMARY KEY (store, id));
CREATE INDEX store_alarm_by_code ON store_alarm (code);
INSERT INTO store_alarm (store, id, level, code, subject, since)
SELECT store, fact ->> 'alarm', fact ->> 'level', fact ->> 'code', fact ->> 'subject', at
FROM (SELECT DISTINCT ON (store, body::json ->> 'alarm') store, type, at, body::json AS fact FROM up_fact
	WHERE type IN ('alarm.raised', 'alarm.cleared') ORDER BY store, body::json ->> 'alarm', n DESC) AS newest
WHERE type = 'alarm.raised';
`;
