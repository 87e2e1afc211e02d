/** One request to head office: an object as JSON, a text as it is. */
export async function ask(url: string, method: string, body?: unknown, type = "application/json") {
	const text = typeof body === "string" ? body : JSON.stringify(body);
	const answer = await fetch(url, { method, ...(body !== undefined && { headers: { "content-type": type }, body: text }) });
	return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
