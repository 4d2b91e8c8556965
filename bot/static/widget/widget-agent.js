// Offers the blog's answers to a browser's agent (WebMCP). Loaded only if the owner's line asks for it (data-agent) and
// the browser has a model context. The question goes to the chat's server as any other; nothing of the page goes with it.
export default (context, home) => {
  const tool = {
    name: "ask_blog",
    description: "Ask this blog a question. It answers in its own sentences, each with a link to the post, or says that it does not say.",
    inputSchema: { type: "object", properties: { question: { type: "string", maxLength: 1000 } }, required: ["question"] },
    annotations: { readOnlyHint: true },
    execute: async ({ question }) => {
      const text = (text) => ({ type: "text", text });
      try {
        const response = await fetch(home + "api/ask", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ question }),
          credentials: "omit",
        });
        const answer = await response.json();
        if (!response.ok) return { isError: true, content: [text(answer.error.message)] };
        const sources = answer.citations.map(({ number, title, quote, link, url }) => ({ number, title, quote, link: link || url }));
        return { content: [text(answer.text), text(JSON.stringify({ status: answer.status, sources }))] };
      } catch {
        return { isError: true, content: [text("The blog's chat does not answer.")] };
      }
    },
  };
  if (context.registerTool) context.registerTool(tool);
  else context.provideContext({ tools: [tool] });
};
