/** One drawing thread: takes jobs, draws, packs, answers by the job's number. See pool.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { type LabelModel, labelModel } from "../../../drivers/label/models.ts";
import { packPicture } from "../../../drivers/label/picture.ts";
import { loadShaping } from "../../../drivers/text/shaping.ts";
import { facesFor } from "../choose.ts";
import { FaceError } from "../fields.ts";
import { textsOf } from "../fields-in-words.ts";
import { type Face, loadFaces } from "../template.ts";
import { type Drawn, drawFace } from "./draw.ts";
import type { DrawJob, DrawnPicture } from "./pool.ts";
import type { WorkerAnswer } from "./worker-pool.ts";

/** Structured cloning keeps only built-in error classes, so a FaceError travels as its parts. */
export type DrawAnswer = { picture: DrawnPicture } | { faceError: { code: FaceError["code"]; facts: FaceError["facts"] } };

const faces = loadFaces((workerData as { folder?: string } | null)?.folder);

parentPort?.on("message", async ({ number, job }: { number: number; job: DrawJob }) => {
	let answered: WorkerAnswer<DrawAnswer>;
	try {
		await loadShaping(`${Object.values(job.fields).join(" ")} ${wordsOf(job.fields)}`);
		answered = { number, answer: answer(job, faces) };
	} catch (error) {
		answered = { number, error };
	}
	parentPort!.postMessage(answered);
});

/** All that a face may write about an article; a wrong amount is said when it is drawn. */
function wordsOf(fields: DrawJob["fields"]): string {
	try {
		return Object.values(textsOf(fields)).join(" ");
	} catch (error) {
		if (error instanceof FaceError) return "";
		throw error;
	}
}

function answer(job: DrawJob, faces: ReadonlyMap<string, Face>): DrawAnswer {
	try {
		const model = job.paper ? paperModel(job.paper) : labelModel(job.hwType);
		if (!model) throw new FaceError("face-model-unknown", { hwType: job.hwType });
		const { drawn, refused } = drawBest(job, facesFor(job.fields, faces, job.face), model);
		const { dataType, bytes, version: digest } = packPicture(drawn.indexes, model, job.firmware);
		const reason = refused ?? "face-unknown";
		const insteadOf = job.face !== undefined && job.face !== drawn.face ? { face: job.face, reason } : undefined;
		const { face, replaced, shortened, leftOut } = drawn;
		const picture: DrawnPicture = { dataType, bytes, digest, face, replaced, withoutRoom: [...new Set([...shortened, ...leftOut])] };
		return { picture: insteadOf ? { ...picture, insteadOf } : picture };
	} catch (error) {
		if (error instanceof FaceError) return { faceError: { code: error.code, facts: error.facts } };
		throw error;
	}
}

const paperModel = ({ width, height }: { width: number; height: number }): LabelModel => ({
	hwType: 0,
	name: "paper",
	width,
	height,
	rotateBuffer: 0,
	colours: ["white", "black"],
});

/** Draws with the first face that can be drawn, so that a face that lacks something does not keep the price from the shelf. */
function drawBest({ fields }: DrawJob, candidates: readonly Face[], model: LabelModel): { drawn: Drawn; refused?: FaceError["code"] } {
	let first: FaceError | undefined;
	for (const face of candidates) {
		try {
			const drawn = drawFace(fields, face, model);
			return first ? { drawn, refused: first.code } : { drawn };
		} catch (error) {
			if (!(error instanceof FaceError)) throw error;
			first ??= error;
		}
	}
	throw first!;
}
