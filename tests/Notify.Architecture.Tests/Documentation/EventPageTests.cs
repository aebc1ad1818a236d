using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Notify.Architecture.Tests.Documentation;

/// <summary>The page of events has an example of each type, which the current version reads.</summary>
public sealed partial class EventPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.GetPath("docs/reference/events.md"));

    [Fact]
    public void Each_type_has_a_heading_and_an_example_that_is_read()
    {
        var types = typeof(NotifyEventTypes)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!)
            .ToList();
        var examples = Example()
            .Matches(Page)
            .Select(match => (Type: match.Groups[1].Value, Json: match.Groups[2].Value))
            .ToList();

        Assert.True(types.Count > 10, $"Only {types.Count} types were found.");
        Assert.Equal(types, examples.Select(example => example.Type));
        foreach (var (type, json) in examples)
        {
            var happened = NotifyEvent.Parse(Encoding.UTF8.GetBytes(json));
            Assert.Equal(type, happened.Type);
            Assert.IsNotType<UnknownEventData>(happened.Data);
            // Nothing in the example is unknown to the version that reads it.
            Assert.True(
                JsonElement.DeepEquals(JsonElement.Parse(json), JsonElement.Parse(SerializeProperties(happened))),
                $"The example of {type} differs from {SerializeProperties(happened)}."
            );
        }
    }

    // An event that was parsed keeps its text, and a new one is serialized from its properties.
    private static string SerializeProperties(NotifyEvent read)
    {
        var copy = new NotifyEvent
        {
            Id = read.Id,
            Type = read.Type,
            OccurredAt = read.OccurredAt,
            Tenant = read.Tenant,
            Data = read.Data,
        };
        return Encoding.UTF8.GetString(copy.ToUtf8Json().Span);
    }

    [GeneratedRegex(@"^### ([a-z]+\.[a-z]+)$(?:(?!^###).)*?```json\n(.*?)```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
