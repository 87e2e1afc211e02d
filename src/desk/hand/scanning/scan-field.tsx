import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { RefusalText } from "../../cockpit/shared/refusal-text.tsx";
import { useSpeech } from "../language/speech.ts";
import { articleOf, articlesNamed, type KnownArticle } from "../state/articles.ts";
import { read } from "../state/state.ts";
import { Camera } from "./camera.tsx";
import { codeOf } from "./codes.ts";

interface Props {
	/** `code`: as it was scanned. */
	onArticle(article: KnownArticle, code: string): void;
	/** Left out: a label's number is no answer here. */
	onLabel?(label: string): void;
}

let current: ((text: string) => void) | undefined;

/** A code that came while one screen followed another: the next field takes it. */
let early: { text: string; atMs: number } | undefined;
const earlyForMs = 2_000;

/** Passes a code from the scanner to the field that is on the screen. */
export function takeCode(text: string): void {
	if (current) current(text);
	else early = { text, atMs: Date.now() };
}

/** Where a code comes in: scanned by a scanner that types, by the camera, or typed; a name finds articles to choose from. */
export function ScanField({ onArticle, onLabel }: Props) {
	const { say } = useSpeech();
	const field = useRef<HTMLInputElement>(null);
	const [said, setSaid] = useState("");
	const [named, setNamed] = useState<KnownArticle[]>([]);
	const [isCameraOpen, openCamera] = useState(false);
	const take = async (text: string) => {
		setSaid("");
		setNamed([]);
		const code = codeOf(text);
		if (!code) return;
		const article = await articleOf(code.key);
		if (article) {
			field.current!.value = "";
			return onArticle(article, code.text);
		}
		if (code.label !== undefined && onLabel) {
			field.current!.value = "";
			return onLabel(code.label);
		}
		const some = articlesNamed(text, 6);
		setNamed(some);
		if (some.length === 0) setSaid(say(read().line === "live" ? "unknown" : "unknownHere", code.text.slice(0, 60)));
	};
	// Before the screen is painted: a clerk may scan as soon as it is there.
	useLayoutEffect(() => {
		const mine = (text: string): void => void take(text);
		current = mine;
		if (early && Math.abs(Date.now() - early.atMs) < earlyForMs) mine(early.text);
		early = undefined;
		return () => {
			if (current === mine) current = undefined;
		};
	});
	const submit = (event: Event) => {
		event.preventDefault();
		void take(field.current!.value);
	};
	return (
		<div class="scan">
			<form onSubmit={submit}>
				<input
					ref={field}
					class="code"
					autocomplete="off"
					autocapitalize="none"
					spellcheck={false}
					enterkeyhint="search"
					placeholder={say("scan")}
					aria-label={say("scan")}
				/>
				<button type="submit">{say("go")}</button>
				<button
					type="button"
					class="second lens"
					aria-label={say("camera")}
					aria-pressed={isCameraOpen}
					onClick={() => openCamera(!isCameraOpen)}
				>
					<Lens />
				</button>
			</form>
			{isCameraOpen && <Camera onCode={takeCode} onClose={() => openCamera(false)} />}
			<RefusalText said={said} />
			<Named
				articles={named}
				onChoose={(article) => {
					setNamed([]);
					field.current!.value = "";
					onArticle(article, article.gtin ?? article.sku);
				}}
			/>
		</div>
	);
}

/** Articles with the name that was typed. */
function Named({ articles, onChoose }: { articles: readonly KnownArticle[]; onChoose(article: KnownArticle): void }) {
	const { say } = useSpeech();
	if (articles.length === 0) return null;
	return (
		<ul class="named" aria-label={say("found")}>
			{articles.map((article) => (
				<li key={article.sku}>
					<button type="button" class="ghost" onClick={() => onChoose(article)}>
						{article.name} <small class="code">{article.sku}</small>
					</button>
				</li>
			))}
		</ul>
	);
}

const Lens = () => (
	<svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.8" aria-hidden="true">
		<path d="M4 8h3l2-3h6l2 3h3v11H4z" />
		<circle cx="12" cy="13" r="3.5" />
	</svg>
);
