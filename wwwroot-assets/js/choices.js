// The arrow keys, Home and End choose in a group of options (ChoiceGroup); without this, they would scroll the page as well.
document.addEventListener("keydown", event => {
  const moves = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key);
  if (moves && !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey && event.target.closest?.("[role=radio]"))
    event.preventDefault();
});
