/** Writes dist/sbom.cdx.json: the packages of a gateway, as CycloneDX 1.6, from the lock file. `npm run sbom`. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Locked {
	name?: string;
	version?: string;
	integrity?: string;
	license?: string;
	dev?: boolean;
	optional?: boolean;
	dependencies?: Record<string, string>;
	optionalDependencies?: Record<string, string>;
}

const root = join(import.meta.dirname, "../../..");
const read = <T>(file: string): T => JSON.parse(readFileSync(join(root, file), "utf8")) as T;

/** `at` is the package's place in the tree: node_modules/a/node_modules/b. */
const nameAt = (at: string): string => at.slice(at.lastIndexOf("node_modules/") + "node_modules/".length);

const purlOf = (name: string, version: string): string =>
	`pkg:npm/${name.startsWith("@") ? `%40${name.slice(1)}` : name}@${encodeURIComponent(version)}`;

/** The licence of a package: an SPDX expression, or a name where it is not one of SPDX's. */
const licencesOf = (text: string | undefined): object[] => {
	if (text === undefined) return [];
	return /^[\w.+-]+$/.test(text) ? [{ license: { id: text } }] : [{ expression: text }];
};

/** Finds a package as Node does: from the deepest folder upwards. */
function resolvedFrom(at: string, name: string, packages: Record<string, Locked>): string | undefined {
	for (let folder = at; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/")))) {
		const place = `${folder}${folder === "" || folder.endsWith("/") ? "" : "/"}node_modules/${name}`;
		if (packages[place]) return place;
		if (folder === "") return undefined;
	}
}

export function sbom(): object {
	const lock = read<{ packages: Record<string, Locked> }>("package-lock.json");
	const own = read<{ name: string; version: string; license: string }>("package.json");
	const runtime = read<{ version: string; sha256: Record<string, string> }>("config/runtime.json");
	const shipped = Object.entries(lock.packages).filter(([at, { dev }]) => at !== "" && dev !== true);
	const refOf = (at: string): string => `${purlOf(nameAt(at), lock.packages[at]!.version!)}#${at}`;
	const nodeRef = `pkg:generic/node@${runtime.version}`;
	const ownRef = purlOf(own.name, own.version);
	const needs = (at: string, { dependencies = {}, optionalDependencies = {} }: Locked): string[] =>
		Object.keys({ ...dependencies, ...optionalDependencies })
			.map((name) => resolvedFrom(at, name, lock.packages))
			.filter((place): place is string => place !== undefined && lock.packages[place]!.dev !== true)
			.map(refOf);
	const components = shipped.map(([at, { version, integrity, license, optional }]) => ({
		type: "library",
		"bom-ref": refOf(at),
		name: nameAt(at),
		version,
		purl: purlOf(nameAt(at), version!),
		scope: optional ? "optional" : "required",
		licenses: licencesOf(license),
		...(integrity?.startsWith("sha512-") && {
			hashes: [{ alg: "SHA-512", content: Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex") }],
		}),
	}));
	const node = {
		type: "platform",
		"bom-ref": nodeRef,
		name: "node",
		version: runtime.version,
		purl: nodeRef,
		scope: "required",
		licenses: [{ license: { id: "MIT" } }],
		hashes: Object.values(runtime.sha256).map((content) => ({ alg: "SHA-256", content })),
		properties: Object.entries(runtime.sha256).map(([machine, digest]) => ({ name: `gondola:sha256:${machine}`, value: digest })),
	};
	return {
		$schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
		bomFormat: "CycloneDX",
		specVersion: "1.6",
		version: 1,
		metadata: {
			component: {
				type: "application",
				"bom-ref": ownRef,
				name: own.name,
				version: own.version,
				purl: ownRef,
				licenses: licencesOf(own.license),
			},
			lifecycles: [{ phase: "build" }],
		},
		components: [node, ...components],
		dependencies: [
			{ ref: ownRef, dependsOn: [nodeRef, ...needs("", lock.packages[""]!)] },
			{ ref: nodeRef, dependsOn: [] },
			...shipped.map(([at, locked]) => ({ ref: refOf(at), dependsOn: needs(at, locked) })),
		],
	};
}

if (import.meta.main) {
	mkdirSync(join(root, "dist"), { recursive: true });
	const made = sbom() as { components: object[] };
	writeFileSync(join(root, "dist/sbom.cdx.json"), `${JSON.stringify(made, null, "\t")}\n`);
	console.log(`dist/sbom.cdx.json: ${made.components.length} components`);
}
