package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
)

const allowed = "//concurrencylint:allow"

// check gives what breaks the rules in the Go files of directories and those below, a line each.
func check(dirs []string) (findings []string, err error) {
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && path != dir && d.Name() == "testdata":
				return fs.SkipDir
			case d.IsDir(), filepath.Ext(path) != ".go", forTests(path):
				return nil
			}
			found, err := checkFile(path)
			findings = append(findings, found...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return findings, nil
}

// forTests reports whether a file is a test or one of a package that only tests use, such as smbtest.
func forTests(path string) bool {
	return strings.HasSuffix(path, "_test.go") || strings.HasSuffix(filepath.Dir(path), "test")
}

func checkFile(path string) ([]string, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	c := checker{fset: fset, allowed: map[int]bool{}, starts: strings.HasSuffix(filepath.ToSlash(filepath.Dir(path)), "internal/run")}
	for _, group := range file.Comments {
		for _, comment := range group.List {
			c.allow(comment)
		}
	}
	ast.Inspect(file, c.visit)
	return c.findings, nil
}

// checker looks through one file.
type checker struct {
	fset     *token.FileSet
	allowed  map[int]bool // lines that say why they break a rule
	starts   bool         // goroutines may start here
	findings []string
}

func (c *checker) allow(comment *ast.Comment) {
	reason, ok := strings.CutPrefix(comment.Text, allowed)
	switch {
	case !ok:
	case strings.TrimSpace(reason) == "":
		c.find(comment.Pos(), "say why: "+allowed+" REASON")
	default:
		line := c.fset.Position(comment.Pos()).Line
		c.allowed[line], c.allowed[line+1] = true, true
	}
}

func (c *checker) find(pos token.Pos, what string) {
	c.findings = append(c.findings, fmt.Sprintf("%s: %s", c.fset.Position(pos), what))
}

func (c *checker) report(pos token.Pos, what string) {
	if !c.allowed[c.fset.Position(pos).Line] {
		c.find(pos, what)
	}
}

func (c *checker) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GoStmt:
		if !c.starts {
			c.report(n.Pos(), "goroutine started by go: start it by run.Group.Go, which names, counts and recovers it")
		}
	case *ast.FuncDecl:
		return !isUnlock(n.Name) // who wraps a lock unlocks it for others
	case *ast.DeferStmt:
		if literal, ok := n.Call.Fun.(*ast.FuncLit); ok && isUnlocking(literal.Body.List) {
			return false // defer func() { mu.Unlock() }()
		}
	case *ast.ExprStmt:
		if isUnlocking([]ast.Stmt{n}) {
			c.report(n.Pos(), "unlocked without a defer: a panic or a return would leave it locked; "+
				"put what it guards into a function of its own, and defer")
		}
	}
	return true
}

// isUnlocking reports whether a statement among these unlocks something.
func isUnlocking(list []ast.Stmt) bool {
	for _, s := range list {
		expr, ok := s.(*ast.ExprStmt)
		if !ok {
			continue
		}
		call, ok := expr.X.(*ast.CallExpr)
		if !ok || len(call.Args) > 0 {
			continue
		}
		if method, ok := call.Fun.(*ast.SelectorExpr); ok && isUnlock(method.Sel) {
			return true
		}
	}
	return false
}

func isUnlock(name *ast.Ident) bool { return name.Name == "Unlock" || name.Name == "RUnlock" }
