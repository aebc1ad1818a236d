using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Notify.Cli.Output;

namespace Notify.Cli.Templates;

/// <summary>
/// Templates as files. A template is a folder with its name, a file <c>template.json</c> for its settings, and a file per text:
/// <c>email.sv.title.liquid</c> is the title over email in Swedish, and <c>any.body.liquid</c> the body over every other channel
/// in every other language.
/// </summary>
internal static class TemplateFiles
{
    private const string Settings = "template.json";
    private const string AnyChannel = "any";
    private const string Liquid = ".liquid";
    private const string Inbox = ".inbox.json";

    /// <summary>Returns the files of a template with their texts, by their names.</summary>
    /// <exception cref="ToolException">A channel has a name that the files use otherwise.</exception>
    public static SortedDictionary<string, string> Write(Template template)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [Settings] = Serialize(new TemplateSettings { Layout = template.Layout, Track = template.Track }),
        };
        foreach (var variant in template.Variants)
        {
            if (variant.Channel?.Name == AnyChannel)
                throw ToolException.CreateUsage($"The channel of a template cannot be called '{AnyChannel}' in files.");
            var name = $"{variant.Channel?.Name ?? AnyChannel}{(variant.Locale is { } locale ? $".{locale}" : "")}";
            Add(files, $"{name}.title{Liquid}", variant.Title);
            Add(files, $"{name}.body{Liquid}", variant.Body);
            Add(files, $"{name}.html{Liquid}", variant.Html);
            if (variant.Inbox is { } inbox)
                files.Add($"{name}{Inbox}", Serialize(inbox));
        }

        return files;
    }

    /// <summary>Reads a template from its files.</summary>
    /// <exception cref="ToolException">A file has another name, or is not valid.</exception>
    public static Template Read(string tenant, string name, string folder)
    {
        var settings = new TemplateSettings();
        var variants = new SortedDictionary<string, TemplateVariant>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            var file = Path.GetFileName(path);
            if (file == Settings)
                settings = Deserialize(path, TemplateFileJson.Default.TemplateSettings);
            else if (file.EndsWith(Inbox, StringComparison.Ordinal))
                Change(variants, path, file[..^Inbox.Length], variant =>
                    variant with
                    {
                        Inbox = Deserialize(path, TemplateFileJson.Default.InboxContent),
                    }
                );
            else if (!file.StartsWith('.'))
                ReadText(variants, path, file);
        }

        return new Template
        {
            Tenant = tenant,
            Name = name,
            Layout = settings.Layout,
            Track = settings.Track,
            Variants = [.. variants.Values],
        };
    }

    private static void ReadText(SortedDictionary<string, TemplateVariant> variants, string path, string file)
    {
        var parts = file.Split('.');
        if (parts.Length < 3 || parts[^1] != "liquid" || parts[^2] is not ("title" or "body" or "html"))
            throw ToolException.CreateUsage(
                $"{path} is not a file of a template. Name it such as any.body.liquid or email.sv.title.liquid."
            );

        var text = TrimLastLineBreak(File.ReadAllText(path));
        Change(variants, path, string.Join('.', parts[..^2]), variant => parts[^2] switch
            {
                "title" => variant with { Title = text },
                "body" => variant with { Body = text },
                _ => variant with { Html = text },
            });
    }

    private static void Change(
        SortedDictionary<string, TemplateVariant> variants,
        string path,
        string key,
        Func<TemplateVariant, TemplateVariant> change
    ) => variants[key] = change(variants.GetValueOrDefault(key) ?? CreateVariant(path, key));

    private static TemplateVariant CreateVariant(string path, string key)
    {
        var parts = key.Split('.', 2);
        var channel = Channel.None;
        if (parts[0] != AnyChannel && !Channel.TryParse(parts[0], out channel))
            throw ToolException.CreateUsage($"{path}: '{parts[0]}' is not a channel. Use '{AnyChannel}' for every channel.");
        return new TemplateVariant
        {
            Channel = parts[0] == AnyChannel ? null : channel,
            Locale = parts.Length > 1 ? parts[1] : null,
        };
    }

    // Editors end a file with a line break, which does not belong to the text.
    private static void Add(SortedDictionary<string, string> files, string name, string? text)
    {
        if (text is not null)
            files.Add(name, $"{text}\n");
    }

    private static string TrimLastLineBreak(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2]
        : text.EndsWith('\n') ? text[..^1]
        : text;

    private static string Serialize(TemplateSettings settings) =>
        $"{JsonText.Write(settings, TemplateFileJson.Default.TemplateSettings)}\n";

    private static string Serialize(InboxContent inbox) => $"{JsonText.Write(inbox, TemplateFileJson.Default.InboxContent)}\n";

    private static T Deserialize<T>(string path, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), type)!;
        }
        catch (JsonException exception)
        {
            throw ToolException.CreateUsage($"{path}:{exception.LineNumber + 1}: the JSON is not valid. {exception.Message}");
        }
    }
}

/// <summary>The settings of a template, in its file template.json.</summary>
internal sealed record TemplateSettings
{
    public string? Layout { get; init; }

    public bool? Track { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true
)]
[JsonSerializable(typeof(TemplateSettings))]
[JsonSerializable(typeof(InboxContent))]
internal sealed partial class TemplateFileJson : JsonSerializerContext;
