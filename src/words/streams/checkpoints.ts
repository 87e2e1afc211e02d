/**
 * Number and chain hash at some places of a stream's history, oldest first. Two ends with different histories find by them the
 * newest place that both have.
 */
export type Checkpoint = readonly [seq: number, hash: string];
export type Checkpoints = readonly Checkpoint[];

const checkpointsMost = 64;

/**
 * The newest checkpoints are all kept, older ones at growing distances: the place of yesterday's backup must be found as well as the
 * newest.
 */
const newestKept = 16;

/** Adds a checkpoint. One at or below the newest means that the stream went back: those after it are removed. */
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

/** The newest checkpoint of the other end that this end's chain has too; undefined when they share only the beginning. */
export function commonCheckpoint(
	theirs: Checkpoints,
	hashAt: (seq: number) => string | undefined,
): { position: number; hash: string } | undefined {
	for (const [position, hash] of theirs.toReversed()) if (hashAt(position) === hash) return { position, hash };
	return undefined;
}
