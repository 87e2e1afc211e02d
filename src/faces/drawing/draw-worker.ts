/** One drawing thread: takes jobs, draws, packs, answers by the job's number. See pool.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { labelModel } from "../../../drivers/label/models.ts";
import { packPicture } from "../../../drivers/label/picture.ts";
import { chooseFace } from "../choose.ts";
import { FaceError } from "../fields.ts";
import { type Face, loadFaces } from "../template.ts";
import { drawFace } from "./draw.ts";
import type { DrawJob, DrawnPicture } from "./pool.ts";
import type { WorkerAnswer } from "./worker-pool.ts";

/** Only errors of the language keep their kind between threads, so a face's own travels in parts. */
export type DrawAnswer = { picture: DrawnPicture } | { faceError: { code: FaceError["code"]; facts: FaceError["facts"] } };

const faces = loadFaces((workerData as { folder?: string } | null)?.folder);

parentPort?.on("message", ({ number, job }: { number: number; job: DrawJob }) => {
	let answered: WorkerAnswer<DrawAnswer>;
	try {
		answered = { number, answer: answer(job, faces) };
	} catch (error) {
		answered = { number, error };
	}
	parentPort!.postMessage(answered);
});

function answer(job: DrawJob, faces: ReadonlyMap<string, Face>): DrawAnswer {
	try {
		const model = labelModel(job.hwType);
		if (!model) throw new FaceError("face-model-unknown", { hwType: job.hwType });
		const drawn = drawFace(job.fields, chooseFace(job.fields, faces, job.face), model);
		const { dataType, bytes, version: digest } = packPicture(drawn.indexes, model, job.firmware);
		return { picture: { dataType, bytes, digest, face: drawn.face, replaced: drawn.replaced } };
	} catch (error) {
		if (error instanceof FaceError) return { faceError: { code: error.code, facts: error.facts } };
		throw error;
	}
}
