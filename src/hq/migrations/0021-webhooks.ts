/** Addresses of other programs that head office calls with each fact. */
export const webhooks = `
-- types, stores: JSON lists, null: all. after_n: up_fact.n of the last fact that was taken there. leased_until: a process is calling.
CREATE TABLE webhook (
	id text COLLATE "C" PRIMARY KEY, url text NOT NULL, secret text NOT NULL, types text, stores text, notes boolean NOT NULL,
	after_n bigint NOT NULL, made_at text NOT NULL, made_by text NOT NULL, tries integer NOT NULL DEFAULT 0, due_at text NOT NULL,
	leased_until text NOT NULL DEFAULT '', failing_since text, last_error text, last_delivery_at text, ended_at text);
CREATE INDEX up_fact_by_type ON up_fact (type, n);
`;
