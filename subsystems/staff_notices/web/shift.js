// @ts-check
/**
 * The shift list's one button.
 *
 * Law: nothing else; the list is made by the server.
 */
document.getElementById("print")?.addEventListener("click", () => print());
