import type { LabelPicture } from "../../../../../words/answers/labels.ts";
import { useSpeech } from "../../language/language.ts";
import { usePolled } from "../../state/polled.ts";
import { api } from "../../state/state.ts";

const everyMs = 10_000;
const wordOf = { same: "pictureSame", like: "pictureLike", expected: "pictureExpected" } as const;
const withoutOf = { "no-article": "pictureNoArticle", "no-price": "pictureNoPrice", "cannot-be-drawn": "pictureNotDrawn" } as const;

/** A label with its pictures, and how sure head office is of each. */
export function LabelPictures({ store, label, close }: { store: string; label: string; close(): void }) {
	const { say } = useSpeech();
	const { value, problem } = usePolled(() => api.storeLabel(store, label), everyMs, `${store} ${label}`);
	return (
		<section class="panel label-pictures" aria-labelledby="label-title">
			<header>
				<h2 id="label-title">
					{say("label")} <span class="code">{label}</span>
				</h2>
				{value && <span class="quiet">{say(value.state)}</span>}
				<button type="button" class="ghost" onClick={close}>
					{say("close")}
				</button>
			</header>
			{problem !== "" && <p class="refused">{problem}</p>}
			{value === undefined && problem === "" && <p class="empty">{say("opening")}</p>}
			<div class="drawn">
				{value?.pictures.map((picture) => (
					<Picture key={picture.basis} picture={picture} sku={value.sku ?? ""} />
				))}
			</div>
			{value && value.without !== null && <p class="quiet">{say(withoutOf[value.without])}</p>}
			{value?.why != null && <p class="refused">{value.why}</p>}
		</section>
	);
}

function Picture({
	picture: { basis, png, width, height, amountMinor, currency, at, model },
	sku,
}: {
	picture: LabelPicture;
	sku: string;
}) {
	const { say, f } = useSpeech();
	const sentence = say(wordOf[basis], at === null ? "" : f.day(at));
	return (
		<figure class={basis}>
			<img src={`data:image/png;base64,${png}`} width={width} height={height} alt={`${sku} ${f.money(amountMinor, currency)}`} />
			<figcaption>
				{sentence} <span class="quiet">{say("pictureModel", model)}</span>
			</figcaption>
		</figure>
	);
}
