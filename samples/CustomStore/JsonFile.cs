using System.Text.Json;

namespace Notify.Storage.Files;

/// <summary>A value that is kept in memory and in a JSON file. Not thread-safe.</summary>
internal sealed class JsonFile<T>
    where T : class
{
    private readonly string _path;
    private byte[] _saved;

    private JsonFile(string path, byte[] saved)
    {
        (_path, _saved) = (path, saved);
        Value = Deserialize(saved);
    }

    /// <summary>Gets the value. Changes of it are lost unless they are saved.</summary>
    public T Value { get; private set; }

    /// <summary>Loads a file.</summary>
    public static JsonFile<T> Load(string path) => new(path, File.ReadAllBytes(path));

    /// <summary>Loads a file, or begins with a value if the file does not exist. The first change creates it.</summary>
    public static JsonFile<T> LoadOr(string path, T initial) => File.Exists(path) ? Load(path) : new(path, Serialize(initial));

    /// <summary>Writes the value to disk if it has changed. A crash leaves either the old file or the new one.</summary>
    public void Save()
    {
        var json = Serialize(Value);
        if (json.AsSpan().SequenceEqual(_saved))
            return;

        // The bytes must be on disk before the rename: otherwise a power failure could leave an empty file under the final name.
        // A store for production flushes the folder as well, for which .NET has no method.
        var temporary = _path + ".new";
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            stream.Write(json);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, _path, overwrite: true);
        _saved = json;
    }

    /// <summary>Discards the changes since the last save.</summary>
    public void Revert() => Value = Deserialize(_saved);

    private static byte[] Serialize(T value) => JsonSerializer.SerializeToUtf8Bytes(value, FileJson.Options);

    private static T Deserialize(byte[] json) => JsonSerializer.Deserialize<T>(json, FileJson.Options)!;
}
