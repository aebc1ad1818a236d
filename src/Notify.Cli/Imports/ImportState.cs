using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify.Cli.Imports;

/// <summary>How far an import is, in a file beside the imported one, so that it continues after the tool was killed.</summary>
internal sealed record ImportState
{
    /// <summary>Gets what is imported, such as devices.</summary>
    public required string Kind { get; init; }

    public required string Address { get; init; }

    public required string Tenant { get; init; }

    public required string Hash { get; init; }

    /// <summary>Gets the number of records of a part, by which the file was divided.</summary>
    public required int PartLines { get; init; }

    public required IReadOnlyList<PartState> Parts { get; init; }

    /// <summary>Gets or sets the length of the error report after the last part that is done.</summary>
    public long ReportBytes { get; set; }

    /// <summary>Gets whether this is the state of the same import.</summary>
    public bool IsSame(ImportState other) =>
        (Kind, Address, Tenant, Hash, PartLines, Parts.Count)
        == (other.Kind, other.Address, other.Tenant, other.Hash, other.PartLines, other.Parts.Count);
}

/// <summary>How far a part is.</summary>
internal sealed record PartState
{
    /// <summary>Gets or sets the job of the service that saves it; null before it was sent.</summary>
    public Guid? Job { get; set; }

    public bool IsDone { get; set; }

    /// <summary>Gets or sets the number of records that the job counted.</summary>
    public long Records { get; set; }

    /// <summary>Gets or sets the number of records that were refused.</summary>
    public long Failed { get; set; }
}

/// <summary>The file of a state.</summary>
internal sealed class ImportStateFile(string path)
{
    /// <summary>Gets the path.</summary>
    public string Path { get; } = path;

    /// <summary>Reads the state of an import that was interrupted; null if there is none.</summary>
    /// <exception cref="ToolException">The state belongs to another import.</exception>
    public ImportState? Find(ImportState started)
    {
        if (!File.Exists(Path))
            return null;

        try
        {
            var found = JsonSerializer.Deserialize(File.ReadAllBytes(Path), ImportJson.Default.ImportState)!;
            if (found.IsSame(started))
                return found;
        }
        catch (JsonException) { }

        throw ToolException.CreateUsage(
            $"{Path} belongs to an import of another file, service, tenant or size of parts. "
                + "Finish that import with the options that it began with, or use --restart to begin this one."
        );
    }

    /// <summary>Saves the state. A crash leaves either the old or the new one.</summary>
    public void Save(ImportState state)
    {
        var temporary = $"{Path}.new";
        using (var stream = new FileStream(temporary, FileMode.Create))
        {
            JsonSerializer.Serialize(stream, state, ImportJson.Default.ImportState);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, Path, overwrite: true);
    }

    /// <summary>Removes the state of an import that is done.</summary>
    public void Delete() => File.Delete(Path);
}

/// <summary>The answer to an upload.</summary>
internal sealed record StartedJob
{
    public required Guid Id { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ImportState))]
[JsonSerializable(typeof(LineErrorView))]
[JsonSerializable(typeof(StartedJob))]
internal sealed partial class ImportJson : JsonSerializerContext;
