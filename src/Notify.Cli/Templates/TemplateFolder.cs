using System.Text;

namespace Notify.Cli.Templates;

/// <summary>A folder of templates, each of which has a folder in it.</summary>
internal sealed class TemplateFolder(string path)
{
    private static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Lists the names of the templates.</summary>
    /// <exception cref="ToolException">The folder does not exist.</exception>
    public IReadOnlyList<string> ListNames()
    {
        if (!Directory.Exists(path))
            throw ToolException.CreateUsage($"The folder {path} does not exist. 'notify templates pull' creates it.");
        return
        [
            .. Directory
                .EnumerateDirectories(path)
                .Select(folder => Path.GetFileName(folder))
                .Where(name => !name.StartsWith('.'))
                .Select(Uri.UnescapeDataString)
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Returns whether the folder has a template.</summary>
    public bool Has(string name) => Directory.Exists(GetFolder(name));

    /// <summary>Reads a template.</summary>
    public Template Read(string tenant, string name) => TemplateFiles.Read(tenant, name, GetFolder(name));

    /// <summary>Writes a template, and removes the files of texts that it no longer has.</summary>
    public void Write(Template template)
    {
        var folder = GetFolder(template.Name);
        Directory.CreateDirectory(folder);
        var files = TemplateFiles.Write(template);
        foreach (var file in Directory.EnumerateFiles(folder).Where(file => IsLeft(Path.GetFileName(file), files)))
            File.Delete(file);
        foreach (var (file, text) in files)
            File.WriteAllText(Path.Combine(folder, file), text, Utf8);
    }

    /// <summary>Removes a template.</summary>
    public void Delete(string name) => Directory.Delete(GetFolder(name), recursive: true);

    private static bool IsLeft(string file, SortedDictionary<string, string> files) =>
        !files.ContainsKey(file)
        && (file.EndsWith(".liquid", StringComparison.Ordinal) || file.EndsWith(".inbox.json", StringComparison.Ordinal));

    // A name may have any characters, such as a slash. A name of dots would be another folder.
    private string GetFolder(string name)
    {
        var escaped = Uri.EscapeDataString(name);
        return Path.Combine(path, escaped.StartsWith('.') ? $"%2E{escaped[1..]}" : escaped);
    }
}
