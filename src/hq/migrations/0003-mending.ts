/** Tables by which the link finds its way back: marks, forks, quarantine, incarnations that wait for their box. */
export const mending = `
-- JSON [[seq, hash], …], oldest first: where this epoch has been.
ALTER TABLE up_epoch ADD COLUMN marks text NOT NULL DEFAULT '[]';

-- A branch that ended: HQ has more of this epoch than the one that followed it took over. Its facts stay in up_fact.
CREATE TABLE up_fork (
	store text COLLATE "C" NOT NULL, stream text NOT NULL, epoch text NOT NULL, after_seq bigint NOT NULL, position bigint NOT NULL,
	next_epoch text NOT NULL, at text NOT NULL, PRIMARY KEY (store, stream, next_epoch));
-- Another fact came under an id that was taken: both are kept, this one in up_fact under kept_as.
CREATE TABLE up_twin (
	store text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, kept_as text COLLATE "C" NOT NULL, epoch text NOT NULL, seq bigint NOT NULL,
	PRIMARY KEY (store, kept_as));

-- What a fenced box sent: without effect until a person says that it was the right one.
CREATE TABLE quarantine_epoch (
	store text COLLATE "C" NOT NULL, stream text NOT NULL, epoch text NOT NULL, inc bigint NOT NULL, base bigint NOT NULL,
		base_hash text NOT NULL,
	position bigint NOT NULL, hash text NOT NULL, heard_at text NOT NULL, PRIMARY KEY (store, stream, epoch));
CREATE TABLE quarantine (
	store text COLLATE "C" NOT NULL, stream text NOT NULL, epoch text NOT NULL, seq bigint NOT NULL, hash text NOT NULL, body text NOT NULL,
	PRIMARY KEY (store, stream, epoch, seq));

-- The newest incarnation of a store that was swapped; box is the epoch of the one that may take it, or null for one never heard before.
CREATE TABLE incarnation (
	store text COLLATE "C" PRIMARY KEY, inc bigint NOT NULL, box text, taken_by text, granted_at text NOT NULL, taken_at text);
`;
