// Package web is the page that people look at: HTML, CSS and JavaScript as they are, embedded, without a build step and
// without a request to anybody else. It says nothing of the catalog: what it shows it asks the API for, as any client.
//
// Assets lie below a name that is made of all of them, so that one page never mixes two releases, and a browser never
// asks for one twice.
package web
