import { chineseFields } from "../../words/sentences/fields-zh.ts";
import { chineseRails } from "../../words/sentences/rails-zh.ts";
import { sayIn } from "../../words/sentences/sentence.ts";
import { chinesePriceLists } from "./price-lists-zh.ts";
import { chineseSentences } from "./refusals-zh.ts";

/** What a refusal of head office, a row of a price list or a guard rail says of its things, in Chinese. */
export const sayInChinese = sayIn(chineseSentences, chinesePriceLists, chineseRails, chineseFields);
