/** Pushes that go from store to store in waves, each only when the one before it stayed within its limits. */
export const pushWaves = `
-- n: from 1. asked: an AskedWave as JSON; group_name: its group. measured, code: JSON of what was measured last, and the limit that was
-- broken. watched_from: since when the wave is watched. moved_by: the person who held it or let it go on.
CREATE TABLE push_wave (
	push text COLLATE "C" NOT NULL, n integer NOT NULL, asked text NOT NULL, group_name text COLLATE "C", state text NOT NULL,
	opened_at text, watched_from text, closed_at text, moved_by text, code text, measured text, PRIMARY KEY (push, n));
CREATE INDEX push_wave_open ON push_wave (push) WHERE state = 'open';
CREATE TABLE push_wave_store (
	push text COLLATE "C" NOT NULL, wave integer NOT NULL, store text COLLATE "C" NOT NULL, PRIMARY KEY (push, store));
-- Of a push in waves, whose variants are named ZONE~WAVE: whether the price's times are by the stores' own clocks. Null: by the variant.
ALTER TABLE push_change ADD COLUMN by_zone boolean;
`;
