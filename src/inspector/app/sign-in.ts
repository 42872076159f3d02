// The page of who has not signed in: takes the token behind the #, which is never sent with a URL, or from the field.

const form = document.querySelector("form") as HTMLFormElement;
const field = document.querySelector("input") as HTMLInputElement;
const said = document.querySelector("[role=alert]") as HTMLElement;

async function signIn(token: string): Promise<void> {
  try {
    const response = await fetch("session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token }),
    });
    if (response.ok) location.reload();
    else said.textContent = ((await response.json()) as { error: string }).error;
  } catch {
    said.textContent = "The program cannot be reached.";
  }
}

function takeToken(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return;
  history.replaceState(null, "", location.pathname); // out of the address bar, and of its history
  void signIn(token);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void signIn(field.value.trim());
});
addEventListener("hashchange", takeToken);
takeToken();
