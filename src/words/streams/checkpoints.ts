/**
 * What each side remembers of a stream's past: its number and its chain at some of the places it has been, oldest first. Two sides that
 * disagree find there the newest place where they still agreed.
 */
export type Checkpoint = readonly [seq: number, hash: string];
export type Checkpoints = readonly Checkpoint[];

const checkpointsMost = 64;

/** The newest are kept one by one, older ones ever further apart: yesterday's backup must be found as well as the last second. */
const newestKept = 16;

/** A checkpoint at or below the newest one says that the stream went back: what was after it is forgotten. */
export function withCheckpoint(checkpoints: Checkpoints, checkpoint: Checkpoint): Checkpoints {
	const kept = [...checkpoints.filter(([seq]) => seq < checkpoint[0]), checkpoint];
	if (kept.length <= checkpointsMost) return kept;
	let spare = 0;
	let least = Infinity;
	for (let index = 1; index < kept.length - newestKept; index++) {
		const gap = (kept[index + 1]![0] - kept[index - 1]![0]) / (checkpoint[0] - kept[index]![0]);
		if (gap < least) [least, spare] = [gap, index];
	}
	return kept.toSpliced(spare, 1);
}

/** The newest place the other side's checkpoints share with this side's chain; undefined when there is none but the beginning. */
export function commonCheckpoint(
	theirs: Checkpoints,
	hashAt: (seq: number) => string | undefined,
): { position: number; hash: string } | undefined {
	for (const [position, hash] of theirs.toReversed()) if (hashAt(position) === hash) return { position, hash };
	return undefined;
}
