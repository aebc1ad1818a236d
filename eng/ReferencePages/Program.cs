using System.Reflection;
using Notify.ReferencePages;

// Writes the pages of docs/reference that are generated from the packages: eng/update-reference-pages.sh.
if (args is not [var folder])
{
    Console.Error.WriteLine("Usage: Notify.ReferencePages FOLDER");
    return 1;
}

Assembly[] packages =
[
    .. Directory
        .EnumerateFiles(AppContext.BaseDirectory, "Notify.*.dll")
        .Select(file => Path.GetFileNameWithoutExtension(file))
        .Where(name => name != typeof(OptionsPage).Assembly.GetName().Name)
        .Order(StringComparer.Ordinal)
        .Select(Assembly.Load),
];
File.WriteAllText(Path.Combine(folder, "options.md"), OptionsPage.Write(packages));
File.WriteAllText(Path.Combine(folder, "log-events.md"), LogEventsPage.Write(packages));
File.WriteAllText(
    Path.Combine(folder, "errors.md"),
    ErrorsPage.Write(packages.Single(package => package.GetName().Name == "Notify.Hosting"))
);
File.WriteAllText(Path.Combine(folder, "cli.md"), CommandLinePage.Write());
File.WriteAllText(Path.Combine(folder, "openapi.json"), await OpenApiPage.ReadAsync());
return 0;
