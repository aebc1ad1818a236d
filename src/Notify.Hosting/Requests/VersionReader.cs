namespace Notify.Hosting.Requests;

/// <summary>
/// Reads a reference to something that has versions: its name, which stands for the newest version, or an object with name and
/// version.
/// </summary>
internal static class VersionReader
{
    public static (string? Name, int? Version) Read(JsonField reference, string kind)
    {
        if (!reference.IsObject)
            return (reference.Text($"Use the name of a {kind}, or an object with name and version."), null);

        string? name = null;
        int? version = null;
        foreach (var field in reference.Members())
        {
            switch (field.Name)
            {
                case "name":
                    name = field.Text();
                    break;
                case "version":
                    version = field.Number();
                    break;
                default:
                    field.Unknown("name", "version");
                    break;
            }
        }

        if (name is null && version is null)
            reference.Missing("name", $"Required to use a {kind}.");
        return (name, version);
    }
}
