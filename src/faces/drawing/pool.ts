/** Draws label pictures on threads of their own: a price change of a whole store must not make a scanner wait. */
import type { PictureType } from "../../../drivers/label/picture.ts";
import { defined } from "../../words/defined.ts";
import type { FaceFields } from "../../words/label.ts";
import { FaceError } from "../fields.ts";
import type { DrawAnswer } from "./draw-worker.ts";
import { openWorkerPool } from "./worker-pool.ts";

export interface DrawJob {
	fields: FaceFields;
	/** The face the shop has named for this label; absent: chosen by kind. */
	face?: string;
	hwType: number;
	/** Dots of a paper label; `hwType` and `firmware` then mean nothing. */
	paper?: { width: number; height: number };
	/** From the label's last long check-in; 0 when unknown. */
	firmware: number;
}

export interface DrawnPicture {
	dataType: PictureType;
	bytes: Uint8Array;
	/** 16 upper-case hex digits of the picture's hash: equal for equal pictures. */
	digest: string;
	face: string;
	/** Characters no font has; a question mark stands on the label for each. */
	replaced: string[];
	/** Texts that end in an ellipsis or are left out, because they have no room. */
	withoutRoom: string[];
	/** Why this is not the face the shop named for the label, where it is not. */
	insteadOf?: { face: string; reason: FaceError["code"] };
}

export interface Drawing {
	/** Rejects with FaceError when the label cannot be drawn rightly, with "drawing has stopped" after `stop`. */
	draw(job: DrawJob): Promise<DrawnPicture>;
	stop(): Promise<void>;
}

/** `folder`: where the faces are, when not those shipped. */
export function startDrawing({ workers, folder, idleAfterMs }: { workers: number; folder?: string; idleAfterMs?: number }): Drawing {
	const pool = openWorkerPool<DrawJob, DrawAnswer>(new URL("./draw-worker.ts", import.meta.url), {
		name: "drawing",
		most: workers,
		...(folder !== undefined && { workerData: { folder } }),
		...defined({ idleAfterMs }),
	});
	return {
		async draw(job) {
			const answer = await pool.do(job);
			if ("picture" in answer) return answer.picture;
			throw new FaceError(answer.faceError.code, answer.faceError.facts);
		},
		stop: () => pool.stop(),
	};
}
