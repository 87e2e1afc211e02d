/** The outbox: each act is on the device's disk before the clerk reads that it is kept, and leaves it only by an answer of the gateway. */
import type { Act, CameBack, KeptAct } from "./act.ts";
import { outcomeOf } from "./act.ts";
import { readAll, written } from "./kept.ts";
import { change, read } from "./state.ts";

/** Accepted acts that stay in the list. */
const acceptedKept = 30;
const answersWithinMs = 8_000;
const soonestMs = 1_000;
const latestMs = 10_000;

/** Tells other windows of the page on this device that the outbox changed. */
const others = new BroadcastChannel("gondola-hand");

let wait = soonestMs;
let timer: ReturnType<typeof setTimeout> | undefined;
let sending = false;

/** Reads what earlier visits left, and sends from now on. */
export async function openOutbox(): Promise<void> {
	others.onmessage = () => void showActs().then(sendSoon);
	addEventListener("online", sendSoon);
	document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sendSoon());
	await showActs();
	sendSoon();
}

async function showActs(): Promise<void> {
	change({ acts: await readAll<KeptAct>("acts") });
}

/** Resolves when the act is on the disk. Rejects when it cannot be kept; then it was not done. */
export async function keepAct(act: Act): Promise<void> {
	await written("acts", (store) => store.add(act));
	others.postMessage("");
	await showActs();
	sendSoon();
}

async function put(act: KeptAct): Promise<void> {
	await written("acts", (store) => store.put(act));
	others.postMessage("");
	await showActs();
}

/** A refused act is sent again, under the same id, in its old place. */
export async function sendAgain({ answer: _, ...act }: KeptAct): Promise<void> {
	await put({ ...act, state: "waiting", mistakes: 0 });
	sendSoon();
}

/** The clerk has read why it was refused. */
export async function forgetAct({ n }: KeptAct): Promise<void> {
	await written("acts", (store) => {
		store.delete(n);
		return undefined;
	});
	others.postMessage("");
	await showActs();
}

export function sendSoon(): void {
	wait = soonestMs;
	void sendAll();
}

/** Sends in order until nothing of the signed-in person waits, or no answer comes. One window of the device sends at a time. */
async function sendAll(): Promise<void> {
	if (sending) return;
	sending = true;
	clearTimeout(timer);
	try {
		const isEmpty = await alone(sendEach);
		if (!isEmpty) {
			timer = setTimeout(() => void sendAll(), wait);
			wait = Math.min(latestMs, wait * 2);
		}
	} finally {
		sending = false;
	}
}

/** Without locks (a page that is not served securely) two windows may both send: the gateway knows the ids. */
function alone(send: () => Promise<boolean>): Promise<boolean> {
	if (!("locks" in navigator)) return send();
	return navigator.locks.request("gondola-hand-outbox", { ifAvailable: true }, async (lock) => (lock ? send() : false));
}

/** True when nothing is left to send for whoever is signed in. */
async function sendEach(): Promise<boolean> {
	for (;;) {
		const { who, line } = read();
		if (line === "locked" || line === "unclaimed" || who === null) return true;
		const next = (await readAll<KeptAct>("acts")).find((act) => act.state === "waiting" && act.by === who.name);
		if (!next) return true;
		const outcome = outcomeOf(await send(next), next);
		switch (outcome.is) {
			case "accepted":
				await put({ ...next, state: "accepted", answer: { code: "", said: "", at: new Date().toISOString() } });
				await dropOldAccepted();
				change({ line: "live" });
				wait = soonestMs;
				break;
			case "refused":
				await put({ ...next, state: "refused", answer: { ...outcome, at: new Date().toISOString() } });
				navigator.vibrate?.([120, 60, 120]);
				break;
			case "signed-out":
				if (outcome.code === "unclaimed") change({ line: "unclaimed" });
				else if (outcome.code !== "actor-differs") change({ line: "locked" });
				else change({ staleWho: true });
				return false;
			case "later":
				if (outcome.mistake) await put({ ...next, mistakes: (next.mistakes ?? 0) + 1 });
				else change({ line: "lost" });
				return false;
		}
	}
}

async function send({ method, path, body, by }: KeptAct): Promise<CameBack> {
	try {
		const answer = await fetch(path, {
			method,
			redirect: "error",
			signal: AbortSignal.timeout(answersWithinMs),
			headers: {
				"content-type": "application/json",
				"accept-language": read().language,
				"gondola-actor": encodeURIComponent(by),
			},
			body: JSON.stringify(body),
		});
		const mediaType = answer.headers.get("content-type") ?? "";
		return { status: answer.status, mediaType, json: await answer.json() };
	} catch {
		// No answer, half an answer, or one that is no JSON: whether the act was done is not known, so it is sent again.
		return { status: 0, mediaType: "", json: undefined };
	}
}

async function dropOldAccepted(): Promise<void> {
	const accepted = (await readAll<KeptAct>("acts")).filter(({ state }) => state === "accepted");
	const old = accepted.slice(0, -acceptedKept);
	if (old.length === 0) return;
	await written("acts", (store) => {
		for (const { n } of old) store.delete(n);
		return undefined;
	});
	await showActs();
}
