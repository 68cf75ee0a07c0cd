// What a browser has to draw itself: charts, piece maps and the map of peers are elements whose picture follows their
// attributes, so that the server sends numbers and no pictures. No text of strangers passes here.
"use strict";
(() => {
  const color = (name) => getComputedStyle(document.querySelector(".cj") || document.body).getPropertyValue(name).trim() || "#888";

  class Picture extends HTMLElement {
    connectedCallback() {
      if (!this.canvas) {
        this.canvas = document.createElement("canvas");
        this.append(this.canvas);
        this.sizes = new ResizeObserver(() => this.later());
      }
      this.sizes.observe(this);
      Picture.all.add(this);
      this.later();
    }
    disconnectedCallback() {
      this.sizes.disconnect();
      Picture.all.delete(this);
    }
    attributeChangedCallback() { this.later(); }
    later() {
      if (this.waits) return;
      this.waits = true;
      requestAnimationFrame(() => { this.waits = false; if (this.isConnected) this.paint(); });
    }
    paint() {
      const width = this.clientWidth, height = this.clientHeight, scale = window.devicePixelRatio || 1;
      if (!width || !height) return;
      const canvas = this.canvas;
      if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
        canvas.width = Math.round(width * scale);
        canvas.height = Math.round(height * scale);
      }
      const context = canvas.getContext("2d");
      context.setTransform(scale, 0, 0, scale, 0, 0);
      context.clearRect(0, 0, width, height);
      context.font = "11px system-ui, sans-serif";
      this.draw(context, width, height);
    }
  }
  Picture.all = new Set();

  // pieces="v12.30?2": runs of a status and its length.
  customElements.define("cj-pieces", class extends Picture {
    static get observedAttributes() { return ["pieces"]; }
    draw(context, width, height) {
      const runs = [...(this.getAttribute("pieces") || "").matchAll(/([.?+wsv])(\d+)/g)].map(m => [m[1], +m[2]]);
      const total = runs.reduce((sum, run) => sum + run[1], 0);
      if (!total) return;
      // Cells of one size in rows that fill the picture, as large as they can be.
      const rowsMax = Math.floor(height / 8);
      let rows = 1;
      while (rows < rowsMax && width / Math.ceil(total / rows) < height / rows) rows++;
      const columns = Math.ceil(total / rows), cellWidth = width / columns, cellHeight = height / rows;
      const gapX = cellWidth >= 5 ? 1 : 0, gapY = rows > 1 ? 1 : 0;
      const top = (row) => Math.round(row * cellHeight), tall = (row) => top(row + 1) - top(row) - gapY;
      const colors = { ".": color("--cj-missing"), "?": color("--cj-asked"), "+": color("--cj-arrived"), w: color("--cj-written"), s: color("--cj-suspect"), v: color("--cj-verified") };
      let i = 0;
      for (const [status, count] of runs) {
        context.fillStyle = colors[status];
        for (let left = count; left > 0;) {
          const row = Math.floor(i / columns), column = i % columns, part = Math.min(left, columns - column);
          if (gapX) {
            for (let k = 0; k < part; k++)
              context.fillRect((column + k) * cellWidth, top(row), cellWidth - gapX, tall(row));
          } else {
            context.fillRect(column * cellWidth, top(row), part * cellWidth + 0.3, tall(row));
          }
          i += part;
          left -= part;
        }
      }
    }
  });

  const rate = (value) => {
    for (const unit of ["B/s", "kB/s", "MB/s", "GB/s"]) {
      if (value < 1000 || unit === "GB/s") return (value < 10 && unit !== "B/s" ? value.toFixed(1) : Math.round(value)) + " " + unit;
      value /= 1000;
    }
  };

  // in="1,2,3" out="1,2,3": bytes a second, the newest last; slots: how many fit.
  customElements.define("cj-throughput", class extends Picture {
    static get observedAttributes() { return ["in", "out"]; }
    draw(context, width, height) {
      const series = ["in", "out"].map(name => (this.getAttribute(name) || "").split(",").filter(Boolean).map(Number));
      const slots = +(this.getAttribute("slots") || 240), span = +(this.getAttribute("seconds") || 120);
      const most = Math.max(1000, ...series[0], ...series[1]);
      let step = Math.pow(10, Math.floor(Math.log10(most)));
      if (most / step < 2) step /= 5; else if (most / step < 5) step /= 2;
      const top = Math.ceil(most / step) * step, foot = height - 18, head = 8;
      context.strokeStyle = color("--mud-palette-lines-default");
      context.fillStyle = color("--mud-palette-text-secondary");
      context.lineWidth = 1;
      context.textBaseline = "bottom";
      for (let value = 0; value <= top * 1.001; value += step) {
        const y = Math.round(foot - (foot - head) * value / top) + 0.5;
        context.beginPath(); context.moveTo(0, y); context.lineTo(width, y); context.stroke();
        if (value > 0 && ((foot - head) * step / top >= 24 || Math.round(value / step) % 2 === 0)) { context.textBaseline = y < 16 ? "top" : "bottom"; context.fillText(rate(value), 4, y + (y < 16 ? 2 : -1)); }
      }
      context.textBaseline = "top";
      for (let part = 0; part <= 4; part++) {
        context.textAlign = part === 0 ? "left" : part === 4 ? "right" : "center";
        context.fillText(part === 4 ? "now" : "−" + Math.round(span * (4 - part) / 4) + " s", width * part / 4, foot + 4);
      }
      context.textAlign = "left";
      series.forEach((values, which) => {
        if (values.length < 2) return;
        const x = (i) => width - (values.length - 1 - i) * width / (slots - 1), y = (v) => foot - (foot - head) * v / top;
        const line = color(which ? "--cj-out" : "--cj-in");
        context.beginPath();
        values.forEach((v, i) => i ? context.lineTo(x(i), y(v)) : context.moveTo(x(0), y(v)));
        context.strokeStyle = line; context.lineWidth = 1.75; context.lineJoin = "round"; context.stroke();
        context.lineTo(width, foot); context.lineTo(x(0), foot); context.closePath();
        context.globalAlpha = 0.13; context.fillStyle = line; context.fill(); context.globalAlpha = 1;
      });
    }
  });

  // values="1,2,3": a line without axes.
  customElements.define("cj-spark", class extends Picture {
    static get observedAttributes() { return ["values"]; }
    draw(context, width, height) {
      const values = (this.getAttribute("values") || "").split(",").filter(Boolean).map(Number);
      if (values.length < 2) return;
      const least = Math.min(...values), most = Math.max(...values), range = most - least || 1;
      context.beginPath();
      values.forEach((v, i) => {
        const x = 1 + (width - 2) * i / (values.length - 1), y = height - 3 - (height - 6) * (most === least ? 0.5 : (v - least) / range);
        if (i) context.lineTo(x, y); else context.moveTo(x, y);
      });
      context.strokeStyle = color("--mud-palette-primary"); context.lineWidth = 1.5; context.stroke();
    }
  });

  // peers: base64 of 4 bytes each: angle (2, low first), distance (0 to 254; 255 not known), whether it is in doubt.
  customElements.define("cj-peers", class extends Picture {
    static get observedAttributes() { return ["peers"]; }
    connectedCallback() {
      super.connectedCallback();
      if (this.listens) return;
      this.listens = true;
      this.addEventListener("click", (event) => {
        const box = this.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
        let best = -1, distance = 14 * 14;
        (this.places || []).forEach(([px, py], i) => {
          const d = (px - x) ** 2 + (py - y) ** 2;
          if (d < distance) { distance = d; best = i; }
        });
        if (best >= 0) this.dispatchEvent(new CustomEvent("peerpicked", { bubbles: true, detail: { index: best } }));
      });
    }
    draw(context, width, height) {
      const data = Uint8Array.from(atob(this.getAttribute("peers") || ""), c => c.charCodeAt(0));
      const x0 = width / 2, y0 = height / 2, radius = Math.min(width, height) / 2 - 14;
      const at = (level) => 0.08 + 0.92 * level / 254;
      context.strokeStyle = color("--mud-palette-lines-default");
      context.lineWidth = 1;
      const rings = [[0.1, "0.1 ms"], [1, "1 ms"], [10, "10 ms"], [100, "100 ms"], [1000, "1 s"], [10000, "10 s"]];
      for (const [ms] of rings) {
        const r = radius * at((Math.log10(ms) + 1) / 5 * 254);
        context.beginPath(); context.arc(x0, y0, r, 0, 2 * Math.PI); context.stroke();
      }
      const count = data.length / 4, size = count > 3000 ? 1.6 : count > 500 ? 2.4 : 4;
      const known = color("--cj-in"), doubt = color("--cj-suspect"), unknown = color("--mud-palette-text-disabled");
      this.places = [];
      context.globalAlpha = count > 500 ? 0.75 : 0.95;
      for (let i = 0; i < count; i++) {
        const angle = (data[4 * i] | data[4 * i + 1] << 8) / 65536 * 2 * Math.PI, level = data[4 * i + 2];
        const r = radius * (level === 255 ? 1.04 : at(level)), x = x0 + r * Math.cos(angle), y = y0 + r * Math.sin(angle);
        this.places.push([x, y]);
        context.fillStyle = data[4 * i + 3] ? doubt : level === 255 ? unknown : known;
        if (size < 2) context.fillRect(x - size / 2, y - size / 2, size, size);
        else { context.beginPath(); context.arc(x, y, size, 0, 2 * Math.PI); context.fill(); }
      }
      context.globalAlpha = 1;
      context.fillStyle = color("--mud-palette-primary");
      context.beginPath(); context.arc(x0, y0, 4, 0, 2 * Math.PI); context.fill();
      context.fillStyle = color("--mud-palette-text-secondary");
      context.textAlign = "center"; context.textBaseline = "bottom";
      for (const [ms, text] of rings) context.fillText(text, x0, y0 - radius * at((Math.log10(ms) + 1) / 5 * 254) - 1);
      context.textAlign = "left";
    }
  });

  const scheme = window.matchMedia("(prefers-color-scheme: dark)");
  let page = null;
  window.cjp2p = {
    attach(main) {
      page = main;
      const chosen = localStorage.getItem("cjp2p-scheme");
      scheme.addEventListener("change", () => localStorage.getItem("cjp2p-scheme") || page.invokeMethodAsync("SetDark", scheme.matches));
      document.addEventListener("visibilitychange", () => page.invokeMethodAsync("SetVisible", !document.hidden));
      window.addEventListener("hashchange", () => page.invokeMethodAsync("Go", decodeURIComponent(location.hash.slice(1))));
      return [chosen ? chosen === "dark" ? "1" : "" : scheme.matches ? "1" : "", decodeURIComponent(location.hash.slice(1))];
    },
    keepScheme(dark) {
      if (dark === scheme.matches) localStorage.removeItem("cjp2p-scheme");
      else localStorage.setItem("cjp2p-scheme", dark ? "dark" : "light");
      this.repaint();
    },
    repaint() { requestAnimationFrame(() => Picture.all.forEach(picture => picture.later())); },
    at(place) { history.replaceState(null, "", "#" + encodeURIComponent(place).replaceAll("%2F", "/")); },
  };

  Blazor.registerCustomEventType("peerpicked", { createEventArgs: (event) => ({ index: event.detail.index }) });
  Blazor.start({
    circuit: {
      // A WebSocket and nothing else: no request of this page changes anything.
      configureSignalR: (builder) => builder.withUrl("_blazor", { skipNegotiation: true, transport: 1 }),
    },
  });
})();
