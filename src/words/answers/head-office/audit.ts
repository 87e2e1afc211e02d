import type { Actor } from "../../actor.ts";
import type { Instant } from "../../time.ts";

export interface AuditEntry {
	n: number;
	at: Instant;
	kind: Actor["kind"];
	name: string;
	address: string | null;
	/** The route, such as `POST /api/v1/pushes`, or `sign-in`. */
	what: string;
	/** The thing that was acted on: the URL of the request, or a name. */
	subject: string | null;
	/** The answer's status, or the code of a refusal. */
	outcome: string;
}
