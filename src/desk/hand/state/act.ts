/** An act of a clerk, and what the gateway's answer makes of it. Pure. */

export const tasks = ["look", "receive", "count", "bind", "audit", "pick", "fill", "shelves", "return"] as const;
export type Task = (typeof tasks)[number];

/** An act in the outbox, as the clerk reads it. */
export interface About {
	/** The verb: the task, or the step of an order. */
	did:
		| Exclude<Task, "look" | "shelves">
		| "choose"
		| "restockOn"
		| "restockOff"
		| "accept"
		| "short"
		| "ready"
		| "auditWrong"
		| "auditMissing"
		| "unbind";
	name: string;
	quantity?: number;
	isWeight?: boolean;
	/** A label, an order, a place or a shelf. */
	at?: string;
	/** The article, for what is still open of an order. */
	sku?: string;
	/** The change of a shelf that is answered. */
	change?: number;
}

export interface Act {
	/** Made on the device; the gateway does nothing twice under one id. */
	id: string;
	/** Who did it: it is sent under no other name. */
	by: string;
	at: string;
	about: About;
	method: "POST" | "PUT";
	path: string;
	body: object;
	state: "waiting" | "accepted" | "refused";
	/** How often the gateway answered that it made a mistake. */
	mistakes?: number;
	answer?: { code: string; said: string; at: string };
}

/** An act with its place in the order in which acts are sent. */
export type KeptAct = Act & { n: number };

/** An answer as it came; `status` 0: none came. `json`: the body was JSON of the gateway's kind. */
export interface CameBack {
	status: number;
	mediaType: string;
	json: unknown;
}

export type Outcome =
	| { is: "accepted" }
	| { is: "refused"; code: string; said: string }
	/** The gateway did not answer, or somebody else did, such as the log-in page of a Wi-Fi: sent again later. */
	| { is: "later"; mistake: boolean }
	/** Nobody, or somebody else, is signed in. */
	| { is: "signed-out"; code: string };

/** So many times an act is sent again when the gateway answers that it made a mistake. */
const mistakesMost = 5;

export function outcomeOf({ status, mediaType, json }: CameBack, act: Pick<Act, "id" | "mistakes">): Outcome {
	const isObject = typeof json === "object" && json !== null;
	const said = (isObject ? json : {}) as { id?: unknown; code?: unknown; detail?: unknown; title?: unknown };
	if (status === 200 || status === 201) {
		// An answer that is no JSON object did not come from the gateway: a proxy or a sign-in page of the Wi-Fi gave it.
		return isObject && mediaType.startsWith("application/json") ? { is: "accepted" } : { is: "later", mistake: false };
	}
	if (!mediaType.startsWith("application/problem+json") || typeof said.code !== "string") return { is: "later", mistake: false };
	if (status === 401 || said.code === "actor-differs") return { is: "signed-out", code: said.code };
	const refused = { is: "refused", code: said.code, said: String(said.detail ?? said.title ?? "") } as const;
	if (status === 500) return (act.mistakes ?? 0) + 1 < mistakesMost ? { is: "later", mistake: true } : refused;
	return status >= 500 || status === 429 || status === 408 ? { is: "later", mistake: false } : refused;
}
