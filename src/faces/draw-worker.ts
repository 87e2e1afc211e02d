/** One drawing thread: takes jobs, draws, packs, answers by the job's number. See pool.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { labelModel } from "../../drivers/label/models.ts";
import { packPicture } from "../../drivers/label/picture.ts";
import { chooseFace } from "./choose.ts";
import { drawFace } from "./draw.ts";
import { FaceError } from "./fields.ts";
import type { DrawJob, DrawnPicture } from "./pool.ts";
import { type Face, loadFaces } from "./template.ts";

export type WorkerAnswer =
	| { number: number; picture: DrawnPicture }
	| { number: number; faceError: { code: FaceError["code"]; facts: FaceError["facts"] } }
	| { number: number; bug: string };

const faces = loadFaces((workerData as { folder?: string } | null)?.folder);

parentPort?.on("message", ({ number, job }: { number: number; job: DrawJob }) => {
	parentPort!.postMessage(answer(number, job, faces));
});

function answer(number: number, job: DrawJob, faces: ReadonlyMap<string, Face>): WorkerAnswer {
	try {
		const model = labelModel(job.hwType);
		if (!model) throw new FaceError("face-model-unknown", { hwType: job.hwType });
		const drawn = drawFace(job.fields, chooseFace(job.fields, faces, job.face), model);
		const { dataType, bytes, version } = packPicture(drawn.indexes, model, job.firmware);
		return { number, picture: { dataType, bytes, version, face: drawn.face, replaced: drawn.replaced } };
	} catch (error) {
		if (error instanceof FaceError) return { number, faceError: { code: error.code, facts: error.facts } };
		return { number, bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
	}
}
