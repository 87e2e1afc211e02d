import { useEffect, useState } from "preact/hooks";
import type { LabelStatus } from "../../../words/label.ts";
import { useSpeech } from "../language/language.ts";

export type Which = "confirmed" | "sent" | "latest";

function versionOf(label: LabelStatus, which: Which): number | undefined {
	return (which === "confirmed" ? label.confirmed : which === "sent" ? label.sent : label.desired)?.version;
}

export function pictureUrl(label: LabelStatus, which: Which): string {
	return `/api/v1/labels/${encodeURIComponent(label.id)}/preview.png?of=${which}&v=${versionOf(label, which) ?? 0}`;
}

/**
 * The picture that the label confirmed. Before its first confirmation the picture on its way, in a lighter colour, because nobody
 * in the shop can see it yet.
 */
export function Picture({ label, prefer }: { label: LabelStatus; prefer?: Which }) {
	const { say } = useSpeech();
	const order: Which[] = prefer ? [prefer] : label.confirmed ? ["confirmed", "latest"] : ["latest"];
	const urls = label.sku === null && !label.confirmed ? [] : order.map((which) => pictureUrl(label, which));
	const key = urls.join(" ");
	const [failed, setFailed] = useState(0);
	useEffect(() => setFailed(0), [key]);
	const url = urls[failed];
	if (url === undefined) return <span class="blank">{label.sku === null ? "" : say("notDrawn")}</span>;
	const fresh = label.confirmed !== null && Date.now() - Date.parse(label.confirmed.at) < 3_000;
	return (
		<img
			key={url}
			src={url}
			alt=""
			decoding="async"
			class={`${label.confirmed === null && !prefer ? "coming" : ""} ${fresh ? "fresh" : ""}`}
			onError={() => setFailed(failed + 1)}
		/>
	);
}
