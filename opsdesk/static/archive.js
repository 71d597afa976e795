// A file that is too large is refused before it is sent; the server refuses it as well.
(() => {
  for (const field of document.querySelectorAll("input[type=file][data-most-bytes]")) {
    field.addEventListener("change", () => {
      const most = Number(field.dataset.mostBytes);
      const large = [...field.files].some((file) => file.size > most);
      field.setCustomValidity(large ? field.dataset.tooLarge : "");
      if (large) field.reportValidity();
    });
  }
})();
