using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Notify.TestSupport;

namespace Notify.Host.Tests.Deployment;

/// <summary>The repository's docker-compose.yml, with variables replaced as Compose does.</summary>
internal sealed partial class ComposeFile
{
    private readonly JsonNode _file;

    public ComposeFile(IReadOnlyDictionary<string, string> variables)
    {
        var text = File.ReadAllText(GetPath("docker-compose.yml"));
        _file = Yaml.Read(Variable().Replace(text, found => GetValue(found, variables))).Single();
    }

    /// <summary>The names of all services, including the engines.</summary>
    public IEnumerable<string> Services => All.Select(service => service.Key);

    /// <summary>All services by their names.</summary>
    public JsonObject All => _file.At("services")!.AsObject();

    /// <summary>The names of the volumes that Docker keeps.</summary>
    public IEnumerable<string> Volumes => _file.At("volumes")!.AsObject().Select(volume => volume.Key);

    /// <summary>The services that run the host, with their numbers of replicas.</summary>
    public IEnumerable<(string Name, JsonNode Service, int Replicas)> Hosts =>
        from service in _file.At("services")!.AsObject()
        where service.Value!.At("image")!.ToString() == "notify-host"
        select (service.Key, service.Value, (int?)service.Value.At("deploy", "replicas") ?? 1);

    /// <summary>Returns the full path of a file in the repository.</summary>
    public static string GetPath(string file) => Path.Combine(SampleProcess.Folder(".."), file);

    public static Dictionary<string, string> ReadEnvironment(JsonNode service) =>
        service.At("environment")!.AsObject().ToDictionary(variable => variable.Key, variable => variable.Value!.ToString());

    private static string GetValue(Match found, IReadOnlyDictionary<string, string> variables)
    {
        if (variables.TryGetValue(found.Groups["name"].Value, out var value))
            return value;
        return found.Groups["kind"].Value == ":-"
            ? found.Groups["text"].Value
            : throw new InvalidOperationException($"{found.Groups["name"].Value}: {found.Groups["text"].Value}");
    }

    [GeneratedRegex(@"\$\{(?<name>[A-Z_]+)(?<kind>:-|:\?)(?<text>[^}]*)\}")]
    private static partial Regex Variable();
}
