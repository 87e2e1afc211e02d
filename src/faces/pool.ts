/** Draws label pictures on threads of their own: a price change of a whole store must not make a scanner wait. */
import { Worker } from "node:worker_threads";
import type { PictureType } from "../../drivers/label/picture.ts";
import type { WorkerAnswer } from "./draw-worker.ts";
import { FaceError, type FaceFields } from "./fields.ts";

export interface DrawJob {
	fields: FaceFields;
	/** The face the shop has named for this label; absent: chosen by kind. */
	face?: string;
	hwType: number;
	/** From the label's last long check-in; 0 when unknown. */
	firmware: number;
}

export interface DrawnPicture {
	dataType: PictureType;
	bytes: Uint8Array;
	/** 16 upper-case hex digits; the same picture has the same version. */
	version: string;
	face: string;
	/** Characters no font has; a question mark stands on the label for each. */
	replaced: string[];
}

export interface Drawing {
	/** Rejects with FaceError when the label cannot be drawn rightly, with "drawing has stopped" after `stop`. */
	draw(job: DrawJob): Promise<DrawnPicture>;
	stop(): Promise<void>;
}

interface Waiting {
	resolve: (picture: DrawnPicture) => void;
	reject: (error: Error) => void;
}

interface Hand {
	worker: Worker;
	waiting: Map<number, Waiting>;
}

/** `folder`: where the faces are, when not those shipped. A thread that dies fails its own jobs and is replaced. */
export function startDrawing({ workers, folder }: { workers: number; folder?: string }): Drawing {
	let stopped = false;
	let lastNumber = 0;
	const hands: (Hand | undefined)[] = [];

	const hire = (place: number): void => {
		const worker = new Worker(new URL("./draw-worker.ts", import.meta.url), { workerData: folder === undefined ? {} : { folder } });
		const waiting = new Map<number, Waiting>();
		hands[place] = { worker, waiting };
		worker.on("message", (answer: WorkerAnswer) => {
			const job = waiting.get(answer.number);
			waiting.delete(answer.number);
			if (waiting.size === 0) worker.unref();
			if ("picture" in answer) job?.resolve(answer.picture);
			else if ("faceError" in answer) job?.reject(new FaceError(answer.faceError.code, answer.faceError.facts));
			else job?.reject(new Error(answer.bug));
		});
		worker.on("error", (error: Error) => {
			for (const { reject } of waiting.values()) reject(error);
			// The next job hires another: a thread that cannot even start is not started over and over for nothing.
			delete hands[place];
		});
		worker.unref();
	};

	return {
		draw(job) {
			if (stopped) return Promise.reject(new Error("drawing has stopped"));
			for (let place = 0; place < workers; place++) if (!hands[place]) hire(place);
			const hired = hands.flatMap((hand) => hand ?? []);
			const idlest = hired.reduce((best, hand) => (hand.waiting.size < best.waiting.size ? hand : best));
			const number = ++lastNumber;
			return new Promise((resolve, reject) => {
				idlest.waiting.set(number, { resolve, reject });
				idlest.worker.ref();
				idlest.worker.postMessage({ number, job });
			});
		},
		async stop() {
			stopped = true;
			for (const hand of hands) {
				for (const { reject } of hand?.waiting.values() ?? []) reject(new Error("drawing has stopped"));
			}
			await Promise.all(hands.map((hand) => hand?.worker.terminate()));
		},
	};
}
