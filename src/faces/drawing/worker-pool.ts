/** Threads that are hired when there is work and let go when there has been none for a while: a store changes prices once a day. */
import { Worker } from "node:worker_threads";

export interface Hands<Job, Answer> {
	/** Rejects with what the thread threw, with its death, or with "<name> has stopped". */
	do(job: Job): Promise<Answer>;
	stop(): Promise<void>;
}

export interface HandsOptions {
	/** What the threads do, for sentences: "drawing". */
	name: string;
	most: number;
	workerData?: unknown;
	letGoAfterMs?: number;
}

/** What a thread answers; an error of its own keeps its kind if it is one of the language's (RangeError), and only then. */
export type HandsAnswer<Answer> = { number: number; answer: Answer } | { number: number; error: unknown };

interface Waiting {
	resolve: (answer: never) => void;
	reject: (error: unknown) => void;
}

interface Hand {
	worker: Worker;
	waiting: Map<number, Waiting>;
	leaving?: NodeJS.Timeout;
}

const minuteMs = 60_000;
/** A picture that needs more is a mistake in a face; it costs one thread, not the store's scanners. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/** `file` listens on its parent port for `{number, job}` and posts a HandsAnswer. A thread that dies fails its own jobs and is replaced. */
export function hireHands<Job, Answer>(file: URL, { name, most, workerData, letGoAfterMs = minuteMs }: HandsOptions): Hands<Job, Answer> {
	let stopped = false;
	let lastNumber = 0;
	const hands = new Set<Hand>();

	const lose = (hand: Hand, error: Error): void => {
		hands.delete(hand);
		clearTimeout(hand.leaving);
		for (const { reject } of hand.waiting.values()) reject(error);
		hand.waiting.clear();
	};

	const rest = (hand: Hand): void => {
		hand.worker.unref();
		hand.leaving = setTimeout(() => {
			hands.delete(hand);
			void hand.worker.terminate();
		}, letGoAfterMs).unref();
	};

	const hire = (): Hand => {
		const hand: Hand = { worker: new Worker(file, { workerData, resourceLimits }), waiting: new Map() };
		hands.add(hand);
		hand.worker.on("message", (message: HandsAnswer<Answer>) => {
			const job = hand.waiting.get(message.number);
			hand.waiting.delete(message.number);
			if (hand.waiting.size === 0) rest(hand);
			if ("answer" in message) job?.resolve(message.answer as never);
			else job?.reject(message.error);
		});
		hand.worker.on("error", (error: Error) => lose(hand, error));
		hand.worker.on("exit", () => lose(hand, new Error(`a thread for ${name} ended`)));
		return hand;
	};

	/** Somebody free, else somebody new, else whoever has least to do. */
	const choose = (): Hand => {
		const idlest = [...hands].reduce<Hand | undefined>(
			(best, hand) => (best && best.waiting.size <= hand.waiting.size ? best : hand),
			undefined,
		);
		return idlest && (idlest.waiting.size === 0 || hands.size >= most) ? idlest : hire();
	};

	return {
		do(job) {
			if (stopped) return Promise.reject(new Error(`${name} has stopped`));
			const hand = choose();
			clearTimeout(hand.leaving);
			const number = ++lastNumber;
			return new Promise<Answer>((resolve, reject) => {
				hand.waiting.set(number, { resolve, reject });
				hand.worker.ref();
				hand.worker.postMessage({ number, job });
			});
		},
		async stop() {
			stopped = true;
			const all = [...hands];
			for (const hand of all) lose(hand, new Error(`${name} has stopped`));
			await Promise.all(all.map(({ worker }) => worker.terminate()));
		},
	};
}
