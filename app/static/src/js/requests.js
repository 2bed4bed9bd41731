// Configures htmx to send the CSRF token with every unsafe request.
import "htmx.org";

document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (/^(get|head|options)$/i.test(request.method)) return;
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) request.headers["X-CSRFToken"] = token;
});
