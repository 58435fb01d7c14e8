import { Composer, type CST, type Document, Lexer, Parser } from "yaml";
import { MAX_DEPTH, MAX_DOCUMENT_TOKENS, MAX_DOCUMENTS, MAX_FILE_TOKENS } from "./limits.ts";
import { YamlProblem } from "./problem.ts";

/**
 * Composes one document after another. The parser keeps its own stack, the composer recurses: so depth and
 * size are held against the limits token by token, before anything is composed.
 */
export function* composeDocuments(text: string): Generator<Document.Parsed> {
  // `uniqueKeys` compares each key with all others; the converter finds duplicates in one pass.
  const composer = new Composer({ schema: "failsafe", uniqueKeys: false });
  let documents = 0;
  for (const token of parseTokens(text)) {
    // `%YAML` and `%TAG` change how all that follows is read.
    if (token.type === "directive")
      throw new YamlProblem("FORBIDDEN_YAML_FEATURE", token.offset, "a directive (`%`)");
    for (const document of composer.next(token)) {
      yield document;
      documents += 1;
      if (documents >= MAX_DOCUMENTS) {
        throw new YamlProblem("TOO_MANY_DOCUMENTS", token.offset, `more than ${MAX_DOCUMENTS} documents`);
      }
    }
  }
  // Forced, so that what is wrong outside of any document is reported with the last one.
  yield* composer.end(true, text.length);
}

function* parseTokens(text: string): Generator<CST.Token> {
  const parser = new Parser();
  let inFile = 0;
  let inDocument = 0;
  for (const lexeme of new Lexer().lex(text)) {
    inFile += 1;
    inDocument += 1;
    if (inFile > MAX_FILE_TOKENS || inDocument > MAX_DOCUMENT_TOKENS) {
      throw new YamlProblem(
        "TOO_LARGE",
        parser.offset,
        `${inDocument - 1} tokens in one document, ${inFile - 1} in the file`,
      );
    }
    // The stack holds the document and a scalar besides the collections.
    if (parser.stack.length > MAX_DEPTH + 2) {
      throw new YamlProblem(
        "TOO_DEEP",
        parser.offset,
        `more than ${MAX_DEPTH} collections within each other`,
      );
    }
    for (const token of parser.next(lexeme)) {
      if (token.type === "document") inDocument = 0;
      yield token;
    }
  }
  yield* parser.end();
}
