// Shows the document that the address names, or the first one. Another choice is another address, so that the browser's
// history, reloading and bookmarks work by themselves.
const choice = document.getElementById("document");
const asked = new URLSearchParams(location.search).get("document");
const choose = () => {
  const options = [...choice.options];
  choice.value = (options.find((option) => option.value === asked) ?? options[0]).value;
};
choose();
// A page that comes back from the browser's cache comes with the choice that led away from it.
addEventListener("pageshow", choose);
choice.addEventListener("change", () => choice.form.submit());

for (const form of ["json", "yaml"]) {
  document.getElementById(form).href = `openapi/${choice.value}.${form}`;
}

SwaggerUIBundle({
  url: `openapi/${choice.value}.json`,
  dom_id: "#ui",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  // A key is forgotten with the page, and nothing is sent elsewhere to be validated.
  persistAuthorization: false,
  validatorUrl: null,
});
