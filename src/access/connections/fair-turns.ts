/**
 * Costly work, one piece at a time, fairly by address: the addresses take turns, and an address that came in well before goes every other
 * time. A flood from some addresses makes whoever stands at another one wait for his turn only.
 */
export interface FairTurns {
	/** Undefined: too many wait. Rejects with `overtaken` where the piece made room for one of an address that had fewer waiting. */
	take<T>(address: string, isKnown: boolean, work: () => Promise<T>): Promise<T> | undefined;
}

export interface FairTurnsOptions {
	/** How many pieces of one address may wait, and how many of all. */
	ofOne: number;
	all: number;
	overtaken(): Error;
}

interface Piece {
	run(): Promise<void>;
	refuse(error: Error): void;
}

export function fairTurns({ ofOne, all, overtaken }: FairTurnsOptions): FairTurns {
	/** By address, in the order of their turns. */
	const lanes = new Map<string, Piece[]>();
	const known: Piece[] = [];
	let waiting = 0;
	let isRunning = false;
	let wasKnown = false;

	function ofLanes(): Piece | undefined {
		const [first] = lanes;
		if (!first) return undefined;
		const [address, lane] = first;
		const piece = lane.shift();
		lanes.delete(address);
		if (lane.length > 0) lanes.set(address, lane);
		waiting -= 1;
		return piece;
	}

	async function work(): Promise<void> {
		if (isRunning) return;
		isRunning = true;
		for (;;) {
			const piece = wasKnown ? (ofLanes() ?? known.shift()) : (known.shift() ?? ofLanes());
			if (!piece) break;
			wasKnown = !wasKnown;
			await piece.run();
		}
		isRunning = false;
	}

	/** Whether there is room for one more of an address with `own` waiting; takes it from the address with the most. */
	function hasRoom(own: number): boolean {
		if (own >= ofOne) return false;
		if (waiting < all) return true;
		const [address, longest] = [...lanes].reduce((most, lane) => (lane[1].length > most[1].length ? lane : most));
		if (longest.length <= own + 1) return false;
		longest.pop()!.refuse(overtaken());
		if (longest.length === 0) lanes.delete(address);
		waiting -= 1;
		return true;
	}

	function place(address: string, isKnown: boolean, piece: Piece): boolean {
		if (isKnown && known.length < ofOne) {
			known.push(piece);
			return true;
		}
		if (!hasRoom(lanes.get(address)?.length ?? 0)) return false;
		const lane = lanes.get(address);
		if (lane) lane.push(piece);
		else lanes.set(address, [piece]);
		waiting += 1;
		return true;
	}

	return {
		take<T>(address: string, isKnown: boolean, act: () => Promise<T>): Promise<T> | undefined {
			const { promise, resolve, reject } = Promise.withResolvers<T>();
			const piece: Piece = { run: () => act().then(resolve, reject), refuse: reject };
			if (!place(address, isKnown, piece)) return undefined;
			void work();
			return promise;
		},
	};
}
