/** An OpenAPI document as a page: one file, nothing from elsewhere and no program. For head office and gateway alike. */
import { createHash } from "node:crypto";

interface Parameter {
	name: string;
	in: string;
	required?: boolean;
	schema?: { type?: string; enum?: unknown[]; default?: unknown };
}
interface Content {
	[type: string]: { schema?: object; example?: unknown };
}
interface Operation {
	tags?: string[];
	summary?: string;
	parameters?: Parameter[];
	requestBody?: { content: Content };
	responses?: Record<string, { description?: string; content?: Content }>;
	"x-right"?: string;
}
interface Document {
	info: { title: string; version: string; description?: string };
	paths: Record<string, Record<string, Operation>>;
	components?: { schemas?: Record<string, object> };
}

const style = `
:root { color-scheme: light dark; --line: #8886; --quiet: #667; }
@media (prefers-color-scheme: dark) { :root { --quiet: #aab; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; } summary code { font-weight: 600; } summary span { color: var(--quiet); }
pre { overflow-x: auto; padding: .6rem; border: 1px solid var(--line); border-radius: 6px; font-size: 14px; }
table { border-collapse: collapse; } td, th { text-align: left; padding: .15rem .8rem .15rem 0; vertical-align: top; }
.verb { display: inline-block; min-width: 4.2rem; }`;

export const apiPagePolicy =
	`default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; ` +
	"frame-ancestors 'none'; form-action 'none'; base-uri 'none'";

const escaped = (text: string): string =>
	text.replace(/[&<>"']/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[sign]!);
/** Text between back ticks is shown as code. */
const inCode = (line: string): string => escaped(line).replaceAll(/`([^`]*)`/g, "<code>$1</code>");
const anchor = (tag: string): string => escaped(tag.replaceAll(" ", "-"));
const code = (text: string): string => `<code>${escaped(text)}</code>`;
const block = (value: unknown): string =>
	`<pre tabindex="0">${escaped(typeof value === "string" ? value : JSON.stringify(value, null, 2))}</pre>`;

function apiPage(document: object): string {
	const { info, paths, components } = document as Document;
	const all = Object.entries(paths).flatMap(([path, of]) => Object.entries(of).map(([verb, operation]) => ({ path, verb, operation })));
	const byTag = Map.groupBy(all, ({ operation }) => operation.tags?.[0] ?? "other");
	const parts = [...byTag].map(([tag, of]) => `<h2 id="${anchor(tag)}">${escaped(tag)}</h2>${of.map(operationPart).join("")}`);
	const schemas = Object.entries(components?.schemas ?? {}).map(
		([name, schema]) => `<details id="${escaped(name)}"><summary>${code(name)}</summary>${block(schema)}</details>`,
	);
	const index = [...byTag.keys()].map((tag) => `<a href="#${anchor(tag)}">${escaped(tag)}</a>`).join(" · ");
	return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(info.title)}: API</title><style>${style}</style></head><body><main>
<h1>${escaped(info.title)}</h1><p>API ${escaped(info.version)}. For programs: <a href="/openapi.json">openapi.json</a>. ${index}</p>
${descriptionPart(info.description ?? "")}
${parts.join("\n")}
${schemas.length > 0 ? `<h2>Shapes</h2>${schemas.join("")}` : ""}
</main></body></html>`;
}

/** The description's paragraph, and its list of codes folded away. */
function descriptionPart(text: string): string {
	const [first = "", ...rest] = text.split("\n\n");
	const lines = rest
		.join("\n")
		.split("\n")
		.filter((line) => line.startsWith("- "));
	const list = lines.map((line) => `<li>${inCode(line.slice(2))}</li>`).join("");
	return `<p>${inCode(first)}</p>${list === "" ? "" : `<details><summary>Codes of errors</summary><ul>${list}</ul></details>`}`;
}

function operationPart({ path, verb, operation }: { path: string; verb: string; operation: Operation }): string {
	const { summary = "", parameters = [], requestBody, responses = {} } = operation;
	const right = operation["x-right"] === undefined ? "Needs no right." : `Needs the right ${code(operation["x-right"])}.`;
	const rows = parameters.map(({ name, in: where, required, schema = {} }) => {
		const what = schema.enum ? schema.enum.map(String).join(" | ") : (schema.type ?? "");
		return `<tr><td>${code(name)}</td><td>${where}${required ? ", required" : ""}</td><td>${escaped(what)}</td></tr>`;
	});
	const table = rows.length > 0 ? `<table><tr><th>name</th><th>in</th><th>is</th></tr>${rows.join("")}</table>` : "";
	const answers = Object.entries(responses).map(([status, { description = "", content = {} }]) => {
		const [example] = Object.values(content).flatMap((each) => (each.example === undefined ? [] : [each.example]));
		return `<p>${code(status)} ${inCode(description)}</p>${example === undefined ? "" : block(example)}`;
	});
	return (
		`<details><summary><code class="verb">${verb.toUpperCase()}</code> ${code(path)} <span>${inCode(summary)}</span></summary>` +
		`<p>${right}</p>${table}${requestBody ? bodyPart(requestBody.content, path, verb) : ""}<h3>Answers</h3>${answers.join("")}</details>`
	);
}

function bodyPart(content: Content, path: string, verb: string): string {
	const { schema, example } = content["application/json"] ?? {};
	const files = Object.keys(content).filter((type) => type !== "application/json");
	const call =
		example === undefined
			? ""
			: block(
					`curl -X ${verb.toUpperCase()} -H "authorization: Bearer $TOKEN" -H "content-type: application/json" \\\n` +
						`  -d '${JSON.stringify(example)}' "$URL${path}"`,
				);
	const also = files.length > 0 ? `<p>Or a file: ${files.map(code).join(", ")}</p>` : "";
	return `<h3>Body</h3>${call}<details><summary>Schema</summary>${block(schema ?? {})}</details>${also}`;
}

/**
 * The document and its page as bytes, made once, when somebody first asks. Whoever asks for them a thousand times without reading costs no
 * processor time and no memory but one copy.
 */
export function apiDocument(make: () => object): { json(): Buffer; page(): Buffer } {
	let json: Buffer | undefined;
	let page: Buffer | undefined;
	return {
		json: () => (json ??= Buffer.from(JSON.stringify(make()))),
		page: () => (page ??= Buffer.from(apiPage(make()))),
	};
}
