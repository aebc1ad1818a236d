using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace Notify.Host.Tests.Deployment;

/// <summary>Reads YAML, including anchors and merge keys, as JSON.</summary>
internal static class Yaml
{
    private static readonly IDeserializer Reader = new DeserializerBuilder()
        .WithAttemptingUnquotedStringTypeDeserialization()
        .Build();

    private static readonly ISerializer Writer = new SerializerBuilder().JsonCompatible().Build();

    /// <summary>Reads all documents in a text except empty ones.</summary>
    public static IReadOnlyList<JsonNode> Read(string text)
    {
        var parser = new MergingParser(new Parser(new StringReader(text)));
        var documents = new List<JsonNode>();
        parser.Consume<StreamStart>();
        while (parser.Accept<DocumentStart>(out _))
        {
            if (Reader.Deserialize(parser) is { } document)
                documents.Add(JsonNode.Parse(Writer.Serialize(document))!);
        }

        return documents;
    }

    /// <summary>Returns the text at a path of members and indices, such as <c>spec containers 0 name</c>.</summary>
    public static string Text(this JsonNode node, params string[] path) => node.At(path)!.ToString();

    public static JsonNode? At(this JsonNode node, params string[] path) => path.Aggregate((JsonNode?)node, Step);

    /// <summary>Returns the items of the list at a path; none if there is no list.</summary>
    public static IEnumerable<JsonNode> Items(this JsonNode node, params string[] path) =>
        (node.At(path) as JsonArray)?.OfType<JsonNode>() ?? [];

    private static JsonNode? Step(JsonNode? at, string step) =>
        at switch
        {
            JsonArray list => list[int.Parse(step, CultureInfo.InvariantCulture)],
            JsonObject members => members[step],
            _ => null,
        };
}
