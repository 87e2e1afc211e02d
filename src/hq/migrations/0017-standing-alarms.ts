/** Alarms of head office that stand until what they say is over, or a person has acknowledged them. */
export const standingAlarms = `
-- id: code:store:subject. facts: JSON, what the sentence names.
CREATE TABLE standing_alarm (
	id text COLLATE "C" PRIMARY KEY, code text NOT NULL, store text COLLATE "C" NOT NULL, subject text COLLATE "C" NOT NULL,
	facts text NOT NULL, since text NOT NULL, acknowledged_at text, acknowledged_by text);
CREATE INDEX standing_alarm_by_store ON standing_alarm (store, code);
`;
