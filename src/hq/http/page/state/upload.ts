/** Price lists on their way: sent, and then followed until head office says what became of them, also after the page was loaded again. */
import { ask, Refused } from "../../../../desk/cockpit/shared/ask.ts";

/** How far head office is with a file. */
export interface HowFar {
	stage: "receiving" | "reading" | "judging" | "writing";
	/** Of the stage, 0 to 100. */
	percent: number;
}

/** `name`: of the file. */
export interface OnItsWay {
	id: string;
	name: string;
	isDryRun: boolean;
}

/** The upload itself; what head office does with the file afterwards may take as long as it takes. */
const sentWithinMs = 300_000;
const firstMs = 150;
const slowestMs = 1_000;
const keptAs = "gondola-upload";

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
	new Promise((resolve) => {
		const timer = setTimeout(resolve, ms);
		signal.addEventListener("abort", () => {
			clearTimeout(timer);
			resolve();
		});
	});

/** The upload that this tab began and has not heard the end of. */
export function rememberedUpload(): OnItsWay | undefined {
	try {
		const kept = JSON.parse(sessionStorage.getItem(keptAs) ?? "null") as OnItsWay | null;
		return typeof kept?.id === "string" ? kept : undefined;
	} catch {
		return undefined;
	}
}

function remember(upload: OnItsWay | undefined): void {
	try {
		if (upload) sessionStorage.setItem(keptAs, JSON.stringify(upload));
		else sessionStorage.removeItem(keptAs);
	} catch {
		// A browser that keeps nothing forgets the upload when the page is loaded again.
	}
}

type Progress =
	| HowFar
	| { stage: "taken" | "looked"; answer?: object }
	| { stage: "refused"; problem: { code: string; status: number; detail: string; errors?: { path: string; message: string }[] } };

const isUnderWay = (at: Exclude<Progress, { stage: "refused" }>): at is HowFar => at.stage !== "taken" && at.stage !== "looked";

export interface Following {
	seen(at: HowFar): void;
	/** Aborted when nobody looks any more; the promise then never settles. */
	signal: AbortSignal;
}

export function uploads(language: () => string) {
	const howFar = (id: string) => ask<Progress>("GET", `/api/v1/pushes/${encodeURIComponent(id)}/progress`, language());

	/** One look. Undefined: still under way, or no answer came. */
	async function look<T>(id: string, seen: (at: HowFar) => void): Promise<{ answer: T } | undefined> {
		let at: Progress;
		try {
			at = await howFar(id);
		} catch (error) {
			// Head office does not answer now; what it has of the file goes on.
			if (error instanceof Refused && error.status === 0) return undefined;
			throw error;
		}
		if (at.stage === "refused") {
			const { code, status, detail, errors } = at.problem;
			throw new Refused(code, status, detail, errors);
		}
		if (!isUnderWay(at)) return { answer: (at.answer ?? {}) as T };
		seen(at);
		return undefined;
	}

	/** Follows an upload that head office has whole. Throws what it was refused for, and push-unknown where head office has nothing of it. */
	async function followUpload<T>({ id }: OnItsWay, { seen, signal }: Following): Promise<T> {
		for (let pauseMs = firstMs; !signal.aborted; pauseMs = Math.min(slowestMs, pauseMs * 2)) {
			try {
				const end = await look<T>(id, seen);
				if (end) {
					remember(undefined);
					return end.answer;
				}
			} catch (error) {
				remember(undefined);
				throw error;
			}
			await wait(pauseMs, signal);
		}
		return new Promise(() => {});
	}

	return {
		followUpload,
		/** Sends a file and follows it. */
		async sendFile<T>(file: Blob, query: string, upload: OnItsWay, following: Following): Promise<T> {
			remember(upload);
			const sending = new AbortController();
			const watch = async (): Promise<void> => {
				await wait(slowestMs, sending.signal);
				for (; !sending.signal.aborted; await wait(slowestMs, sending.signal))
					await look(upload.id, (at) => at.stage === "receiving" && following.seen(at)).catch(() => undefined);
			};
			void watch();
			try {
				await ask<object>("POST", `/api/v1/pushes?later=true&${query}`, language(), file, sentWithinMs);
			} catch (error) {
				remember(undefined);
				throw error;
			} finally {
				sending.abort();
			}
			return followUpload<T>(upload, following);
		},
	};
}
