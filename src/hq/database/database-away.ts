/** Node's words for a server that cannot be reached. */
const unreachable = new Set(["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "EPIPE"]);
/** PostgreSQL's: connection lost (class 08), shut down or starting (57P01 to 57P03), too many connections. */
const sqlStates = /^(08...|57P0[123]|53300)$/;
/** What `pg` says without a code. */
const unnamed = /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/;

/** True for an error of the database's connection, which passes by itself; false for one of the question. */
export function isDatabaseAway(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	const { code } = error as { code?: unknown };
	if (typeof code === "string") return unreachable.has(code) || sqlStates.test(code);
	return unnamed.test(error.message);
}
