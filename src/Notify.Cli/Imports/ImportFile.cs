using System.Security.Cryptography;

namespace Notify.Cli.Imports;

/// <summary>
/// A file to import, divided into parts that are sent one by one. A part begins and ends between two records, so that each is a
/// file that the service can read.
/// </summary>
internal sealed class ImportFile
{
    private const int BufferSize = 1 << 17;

    private ImportFile(string path, bool isCsv) => (Path, IsCsv) = (path, isCsv);

    public string Path { get; }

    public bool IsCsv { get; }

    /// <summary>Gets the hash of the content, by which a file that has changed is recognized.</summary>
    public string Hash { get; private set; } = "";

    /// <summary>Gets the number of bytes of the header, which each part of a CSV file repeats.</summary>
    public int HeaderBytes { get; private set; }

    /// <summary>Gets the number of lines of the header.</summary>
    public int HeaderLines { get; private set; }

    public IReadOnlyList<FilePart> Parts { get; private set; } = [];

    /// <summary>Gets the number of records.</summary>
    public long Records => Parts.Sum(part => part.Records);

    /// <summary>Reads a file once to divide it.</summary>
    /// <param name="path">The path.</param>
    /// <param name="isCsv">Whether the file is CSV with a header; otherwise, it is NDJSON.</param>
    /// <param name="maxRecords">The maximum number of records of a part.</param>
    /// <param name="maxBytes">The number of bytes from which on a part takes no further record.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="ToolException">The file has no records.</exception>
    public static async Task<ImportFile> OpenAsync(
        string path,
        bool isCsv,
        int maxRecords,
        long maxBytes,
        CancellationToken cancellationToken
    )
    {
        if (!File.Exists(path))
            throw ToolException.CreateUsage($"The file {path} does not exist.");

        var file = new ImportFile(path, isCsv);
        var divider = new Divider(isCsv, maxRecords, maxBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var stream = file.OpenRead();
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[BufferSize];
            while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var length)
            {
                hash.AppendData(buffer, 0, length);
                divider.Add(buffer.AsSpan(0, length));
            }
        }

        divider.End();
        file.Hash = Convert.ToHexStringLower(hash.GetHashAndReset());
        (file.HeaderBytes, file.HeaderLines, file.Parts) = ((int)divider.HeaderBytes, divider.HeaderLines, divider.Parts);
        return file.Parts.Count > 0 ? file : throw ToolException.CreateUsage($"The file {path} has no lines to import.");
    }

    /// <summary>Returns the number of a line in the file.</summary>
    /// <param name="part">The part.</param>
    /// <param name="line">The number of the line in what was sent, from 1.</param>
    public long GetLine(FilePart part, long line) => part.FirstLine + Math.Max(0, line - HeaderLines - 1);

    /// <summary>Opens the file to read it from the beginning to the end.</summary>
    public FileStream OpenRead() =>
        new(
            Path,
            new FileStreamOptions
            {
                Access = FileAccess.Read,
                Share = FileShare.Read,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            }
        );

    /// <summary>Finds the ends of records. In CSV, a line break within quotation marks is a part of its cell.</summary>
    private sealed class Divider(bool isCsv, int maxRecords, long maxBytes)
    {
        private readonly List<FilePart> _parts = [];
        private bool _hasHeader = !isCsv;
        private bool _isQuoted;
        private bool _isCellStart = true;
        private bool _isBlank = true;
        private long _position;
        private long _line = 1;
        private long _partOffset;
        private long _partLine = 1;
        private int _records;

        public long HeaderBytes { get; private set; }

        public int HeaderLines { get; private set; }

        public IReadOnlyList<FilePart> Parts => _parts;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            foreach (var value in bytes)
            {
                _position++;
                if (value == '\n')
                    _line++;
                if (value == '\n' && !_isQuoted)
                    EndRecord();
                else
                    Add(value);
            }
        }

        public void End()
        {
            if (!_isBlank)
                EndRecord();
            EndPart();
        }

        private void Add(byte value)
        {
            if (value is not ((byte)'\r' or (byte)' '))
                _isBlank = false;
            if (!isCsv)
                return;
            // A doubled mark closes the quotes and opens them again, which comes to the same.
            if (value == '"' && (_isQuoted || _isCellStart))
                (_isQuoted, _isCellStart) = (!_isQuoted, _isQuoted);
            else if (!_isQuoted)
                _isCellStart = value == ',';
        }

        private void EndRecord()
        {
            if (!_hasHeader)
            {
                (_hasHeader, HeaderBytes, HeaderLines) = (true, _position, (int)(_line - 1));
                (_partOffset, _partLine) = (_position, _line);
            }
            else if (!_isBlank)
            {
                _records++;
                if (_records == maxRecords || _position - _partOffset >= maxBytes)
                    EndPart();
            }

            (_isQuoted, _isCellStart, _isBlank) = (false, true, true);
        }

        private void EndPart()
        {
            if (_records > 0)
                _parts.Add(new FilePart(_partOffset, _position - _partOffset, _partLine, _records));
            (_partOffset, _partLine, _records) = (_position, _line, 0);
        }
    }
}

/// <summary>A part of a file.</summary>
/// <param name="Offset">The position of its first byte.</param>
/// <param name="Bytes">The number of its bytes.</param>
/// <param name="FirstLine">The number of its first line in the file, from 1.</param>
/// <param name="Records">The number of its records.</param>
internal sealed record FilePart(long Offset, long Bytes, long FirstLine, int Records);
