/**
 * A pool of worker threads. A thread starts when there is work for it and ends after a minute without: a store changes prices once a day.
 */
import { Worker } from "node:worker_threads";

export interface WorkerPool<Job, Answer> {
	/** Rejects with what the thread threw, with its death, or with "<name> has stopped". */
	do(job: Job): Promise<Answer>;
	stop(): Promise<void>;
}

export interface WorkerPoolOptions {
	/** The work of the threads, for sentences: "drawing". */
	name: string;
	most: number;
	workerData?: unknown;
	idleAfterMs?: number;
}

/** A thread's answer. Of errors, structured cloning keeps only the language's own classes, such as RangeError. */
export type WorkerAnswer<Answer> = { number: number; answer: Answer } | { number: number; error: unknown };

interface Waiting {
	resolve: (answer: never) => void;
	reject: (error: unknown) => void;
}

interface PoolWorker {
	worker: Worker;
	waiting: Map<number, Waiting>;
	idleTimer?: NodeJS.Timeout;
}

const minuteMs = 60_000;
/** Megabytes of heap. A picture that needs more is a mistake in a face: it ends one thread, not the process that reads scanners. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/**
 * `file` is the module a thread runs: it listens on its parent port for `{number, job}` and posts a WorkerAnswer. When a thread dies, its
 * own jobs are rejected; the next job starts a new one.
 */
export function openWorkerPool<Job, Answer>(
	file: URL,
	{ name, most, workerData, idleAfterMs = minuteMs }: WorkerPoolOptions,
): WorkerPool<Job, Answer> {
	let stopped = false;
	let lastNumber = 0;
	const workers = new Set<PoolWorker>();

	const remove = (member: PoolWorker, error: Error): void => {
		workers.delete(member);
		clearTimeout(member.idleTimer);
		for (const { reject } of member.waiting.values()) reject(error);
		member.waiting.clear();
	};

	const goIdle = (member: PoolWorker): void => {
		member.worker.unref();
		member.idleTimer = setTimeout(() => {
			workers.delete(member);
			void member.worker.terminate();
		}, idleAfterMs).unref();
	};

	const add = (): PoolWorker => {
		const member: PoolWorker = { worker: new Worker(file, { workerData, resourceLimits }), waiting: new Map() };
		workers.add(member);
		member.worker.on("message", (message: WorkerAnswer<Answer>) => {
			const job = member.waiting.get(message.number);
			member.waiting.delete(message.number);
			if (member.waiting.size === 0) goIdle(member);
			if ("answer" in message) job?.resolve(message.answer as never);
			else job?.reject(message.error);
		});
		member.worker.on("error", (error: Error) => remove(member, error));
		member.worker.on("exit", () => remove(member, new Error(`a thread for ${name} ended`)));
		return member;
	};

	/** An idle thread, else a new one while the pool is below `most`, else the one with the fewest jobs. */
	const choose = (): PoolWorker => {
		const leastBusy = [...workers].reduce<PoolWorker | undefined>(
			(best, member) => (best && best.waiting.size <= member.waiting.size ? best : member),
			undefined,
		);
		return leastBusy && (leastBusy.waiting.size === 0 || workers.size >= most) ? leastBusy : add();
	};

	return {
		do(job) {
			if (stopped) return Promise.reject(new Error(`${name} has stopped`));
			const member = choose();
			clearTimeout(member.idleTimer);
			const number = ++lastNumber;
			return new Promise<Answer>((resolve, reject) => {
				member.waiting.set(number, { resolve, reject });
				member.worker.ref();
				member.worker.postMessage({ number, job });
			});
		},
		async stop() {
			stopped = true;
			const all = [...workers];
			for (const member of all) remove(member, new Error(`${name} has stopped`));
			await Promise.all(all.map(({ worker }) => worker.terminate()));
		},
	};
}
