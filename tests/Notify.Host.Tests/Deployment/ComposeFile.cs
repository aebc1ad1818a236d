using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Notify.Hosting.Tests;

namespace Notify.Host.Tests.Deployment;

/// <summary>The repository's docker-compose.yml, as Compose reads it with some variables set.</summary>
internal sealed partial class ComposeFile
{
    private readonly JsonNode _file;

    public ComposeFile(IReadOnlyDictionary<string, string> variables)
    {
        var text = File.ReadAllText(PathOf("docker-compose.yml"));
        _file = Yaml.Read(Variable().Replace(text, found => ValueOf(found, variables))).Single();
    }

    /// <summary>The names of all services, the engines included.</summary>
    public IEnumerable<string> Services => _file.At("services")!.AsObject().Select(service => service.Key);

    /// <summary>The services that are the host, and how many processes each is.</summary>
    public IEnumerable<(string Name, JsonNode Service, int Replicas)> Hosts =>
        from service in _file.At("services")!.AsObject()
        where service.Value!.At("image")!.ToString() == "notify-host"
        select (service.Key, service.Value, (int?)service.Value.At("deploy", "replicas") ?? 1);

    /// <summary>Where a file of the repository is.</summary>
    public static string PathOf(string file) => Path.Combine(SampleProcess.Folder(".."), file);

    public static Dictionary<string, string> EnvironmentOf(JsonNode service) =>
        service.At("environment")!.AsObject().ToDictionary(variable => variable.Key, variable => variable.Value!.ToString());

    private static string ValueOf(Match found, IReadOnlyDictionary<string, string> variables)
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
