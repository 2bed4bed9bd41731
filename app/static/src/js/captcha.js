import { on } from "./dom.js";

let sound;

function fresh(address) {
  const url = new URL(address, location.href);
  url.searchParams.set("r", Date.now().toString(36));
  return url.href;
}

on("click", "[data-captcha-refresh]", (button) => {
  const box = button.closest("[data-captcha]");
  sound?.pause();
  const image = box.querySelector("img");
  image.src = fresh(image.src);
  const input = box.querySelector("input");
  input.value = "";
  input.focus();
});

on("click", "[data-captcha-audio]", (button) => {
  sound?.pause();
  sound = new Audio(fresh(button.dataset.captchaAudio));
  sound.play().catch(() => {});
  button.closest("[data-captcha]").querySelector("input").focus();
});
