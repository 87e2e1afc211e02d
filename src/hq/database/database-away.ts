/** Node's codes for a server that cannot be reached. */
const unreachable = new Set(["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "EPIPE"]);
/** PostgreSQL's codes: connection lost (class 08), shutting down or starting (57P01 to 57P03), too many connections. */
const sqlStates = /^(08...|57P0[123]|53300)$/;
/** Messages of `pg` that have no code. */
const unnamed = /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/;

/** Whether an error is about the connection to the database, which may recover by itself, and not about the statement. */
export function isDatabaseAway(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	const { code } = error as { code?: unknown };
	if (typeof code === "string") return unreachable.has(code) || sqlStates.test(code);
	return unnamed.test(error.message);
}
